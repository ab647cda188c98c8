package dev.cairn.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlinkDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0 ms, PT0S",
    "3 s, PT3S",
    "500 ms, PT0.5S",
    "10 min, PT10M",
    "90 s, PT1M30S",
    "2 h, PT2H",
    "1 d, P1D",
    "7 us, PT0.000007S",
    "9 ns, PT0.000000009S",
    "1500 ms, PT1.5S"
  })
  void readsWhatItWrites(String text, Duration duration) {
    assertThat(FlinkDuration.print(duration)).isEqualTo(text);
    assertThat(FlinkDuration.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @CsvSource({
    "3s, PT3S",
    "' 3  s ', PT3S",
    "3 SECONDS, PT3S",
    "1 second, PT1S",
    "2 days, P2D",
    "5 m, PT5M",
    "4 minutes, PT4M",
    "250, PT0.25S",
    "20 millis, PT0.02S",
    "7 \u00b5s, PT0.000007S",
    "7 \u03bcs, PT0.000007S",
    "1 hour, PT1H"
  })
  void readsWhatFlinkReads(String text, Duration duration) {
    assertThat(FlinkDuration.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s",
        "three s",
        "-3 s",
        "1.5 s",
        "3 weeks",
        "3 s 4",
        "PT3S",
        "999999999999999999 d"
      })
  void refusesAnythingElseByName(String text) {
    assertThatThrownBy(() -> FlinkDuration.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\" is not a duration");
  }

  @Test
  void doesNotWriteANegativeDuration() {
    assertThatThrownBy(() -> FlinkDuration.print(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
