package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TicksTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void withoutAnIntervalTheRulesTicksAreEnough() {
    assertThat(Ticks.between(Optional.empty(), NOON)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"60, 0", "3600, 0", "30, 1", "20, 2", "10, 5", "1, 59"})
  void theMinuteIsFilledUpToTheRulesNextTick(long intervalSeconds, int ticks) {
    assertThat(delays(Duration.ofSeconds(intervalSeconds), NOON))
        .hasSize(ticks)
        .allMatch(delay -> delay % intervalSeconds == 0);
  }

  @ParameterizedTest(name = "every {0} s at {1} s: {2}")
  @CsvSource({
    // whenever the rule ticks, the others come at the grid's points
    "20, 17,   3 23 43",
    "20, 37.4, 3 23 43",
    "20, 59.9, 1 21 41",
    "7,  0,    6 13 20 27 34 41 48 55",
    "59, 0,    43"
  })
  void theyComeWhenCheckpointsAreDue(long interval, double now, String delays) {
    Instant rule = NOON.plusMillis(Math.round(now * 1000));
    assertThat(delays(Duration.ofSeconds(interval), rule))
        .isEqualTo(List.of(delays.split(" ")).stream().map(Long::valueOf).toList());
  }

  @Test
  void aQueueCannotDelayByLessThanASecond() {
    assertThat(delays(Duration.ofMillis(100), NOON)).hasSize(59).doesNotHaveDuplicates();
    assertThat(delays(Duration.ofMillis(2_500), NOON))
        .startsWith(3L, 5L, 8L)
        .allMatch(delay -> delay < 60);
  }

  @Test
  void aTickIsOfUseUntilTheNextOneIsSureToHaveCome() {
    assertThat(Ticks.between(Optional.of(Duration.ofSeconds(30)), NOON))
        .containsExactly(new Ticks.Tick(Duration.ofSeconds(30), NOON.plusSeconds(60)));
    assertThat(Ticks.between(Optional.of(Duration.ofSeconds(1)), NOON))
        .contains(new Ticks.Tick(Duration.ofSeconds(2), NOON.plusSeconds(12)));
  }

  private static List<Long> delays(Duration interval, Instant now) {
    return Ticks.between(Optional.of(interval), now).stream()
        .map(tick -> tick.delay().toSeconds())
        .toList();
  }
}
