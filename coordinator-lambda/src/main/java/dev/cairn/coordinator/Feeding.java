package dev.cairn.coordinator;

import java.time.Duration;
import java.time.Instant;

/**
 * Sees to it that the mapping is switched as the job stands, whoever switched it last. Asked once a
 * minute: nothing but the bill, or a delay, depends on it.
 */
final class Feeding {
  private static final Duration OFTEN_ENOUGH = Duration.ofMinutes(1);

  private final SourceMapping mapping;
  private Instant checked = Instant.MIN;
  private boolean wasOn;

  Feeding(SourceMapping mapping) {
    this.mapping = mapping;
  }

  void keep(boolean on, Instant now) {
    if (on == wasOn && now.minus(OFTEN_ENOUGH).isBefore(checked)) {
      return;
    }
    if (on) {
      mapping.enable();
    } else {
      mapping.disable();
    }
    checked = now;
    wasOn = on;
  }
}
