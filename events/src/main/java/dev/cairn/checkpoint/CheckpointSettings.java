package dev.cairn.checkpoint;

import java.time.Duration;
import java.util.Optional;

/**
 * How a job takes checkpoints.
 *
 * @param interval from one trigger to the next; without one, none are taken on schedule
 * @param timeout how long a checkpoint may stay pending before it is aborted
 * @param numRetained how many completed checkpoints are kept
 */
public record CheckpointSettings(Optional<Duration> interval, Duration timeout, int numRetained) {
  public static final CheckpointSettings DEFAULTS =
      new CheckpointSettings(Optional.empty(), Duration.ofMinutes(10), 1);

  public CheckpointSettings {
    interval.ifPresent(
        every -> {
          if (every.isNegative() || every.isZero()) {
            throw new IllegalArgumentException(
                "execution.checkpointing.interval must be positive, not " + every);
          }
        });
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "execution.checkpointing.timeout must be positive, not " + timeout);
    }
    if (numRetained < 1) {
      throw new IllegalArgumentException(
          "execution.checkpointing.num-retained must be at least 1, not " + numRetained);
    }
  }

  public int tolerableFailedCheckpoints() {
    return Integer.MAX_VALUE;
  }

  public boolean preferCheckpointForRecovery() {
    return false;
  }
}
