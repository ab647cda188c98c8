package dev.cairn.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private final Pace pace = new Pace(100, 5);

  @Test
  void asManyAsAllowedBeginAtOnceAndTheOthersAreSpread() {
    for (int i = 0; i <= 5; i++) {
      assertThat(pace.reserve(NOON)).as("the %d. one", i).isZero();
    }
    assertThat(pace.reserve(NOON)).isEqualTo(Duration.ofMillis(10));
    assertThat(pace.reserve(NOON)).isEqualTo(Duration.ofMillis(20));
    assertThat(pace.reserve(NOON.plusMillis(25))).isEqualTo(Duration.ofMillis(5));
  }

  @Test
  void aLongRestGivesNoMoreThanOneBurst() {
    pace.reserve(NOON);
    Instant later = NOON.plus(Duration.ofHours(1));
    for (int i = 0; i <= 5; i++) {
      assertThat(pace.reserve(later)).isZero();
    }
    assertThat(pace.reserve(later)).isPositive();
  }
}
