package dev.cairn.dynamodb;

import dev.cairn.checkpoint.CheckpointSettings;
import java.time.Duration;

/** How long people can still see what is over. */
final class DisplayPeriod {
  static final Duration LONGEST = Duration.ofDays(30);
  // With short intervals a month is more than anybody reads, and all of it is one partition.
  private static final int MOST_CHECKPOINTS = 10_000;

  private DisplayPeriod() {}

  /** How long a checkpoint is shown of a job that was deployed so. */
  static Duration of(CheckpointSettings deployed) {
    return deployed
        .interval()
        .map(every -> every.multipliedBy(MOST_CHECKPOINTS))
        .filter(ofMany -> ofMany.compareTo(LONGEST) < 0)
        .orElse(LONGEST);
  }
}
