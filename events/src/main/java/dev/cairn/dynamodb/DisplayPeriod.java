package dev.cairn.dynamodb;

import dev.cairn.checkpoint.CheckpointSettings;
import java.time.Duration;

/** How long ended checkpoints and history lines stay visible. */
final class DisplayPeriod {
  static final Duration LONGEST = Duration.ofDays(30);
  // With short intervals a month would fill one partition with more than anybody reads.
  private static final int MOST_CHECKPOINTS = 10_000;

  private DisplayPeriod() {}

  /** Returns how long an ended checkpoint of a job with these settings stays visible. */
  static Duration of(CheckpointSettings deployed) {
    return deployed
        .interval()
        .map(every -> every.multipliedBy(MOST_CHECKPOINTS))
        .filter(ofMany -> ofMany.compareTo(LONGEST) < 0)
        .orElse(LONGEST);
  }
}
