package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TicksTest {

  @Test
  void withoutAnIntervalTheRulesTicksAreEnough() {
    assertThat(Ticks.between(Optional.empty())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"60, 0", "3600, 0", "59, 1", "30, 1", "20, 2", "7, 8", "10, 5", "1, 59"})
  void theMinuteIsFilledUpToTheRulesNextTick(long intervalSeconds, int ticks) {
    List<Duration> delays = Ticks.between(Optional.of(Duration.ofSeconds(intervalSeconds)));
    assertThat(delays)
        .hasSize(ticks)
        .isEqualTo(
            IntStream.rangeClosed(1, ticks)
                .mapToObj(n -> Duration.ofSeconds(n * intervalSeconds))
                .toList());
  }

  @Test
  void aQueueCannotDelayByLessThanASecond() {
    assertThat(Ticks.between(Optional.of(Duration.ofMillis(100))))
        .hasSize(59)
        .doesNotHaveDuplicates();
    assertThat(Ticks.between(Optional.of(Duration.ofMillis(2_500))))
        .startsWith(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(7))
        .allMatch(delay -> delay.compareTo(Duration.ofMinutes(1)) < 0);
  }
}
