package dev.cairn.coordinator.ports;

import java.time.Duration;

/**
 * The settings of a coordinator from its environment. Settings of the job are on the job's item.
 *
 * @param idleAfter how long a subtask may be silent before it is woken to acknowledge
 * @param longestInvocation the longest time that a task works on one batch; a younger file is never
 *     collected
 * @param entryRetention how long entries below a journal's base are kept, at least a day
 * @param retentionMargin how long a record must still be kept for a replay to begin with it
 * @param tickTolerance how early a tick may come and still trigger a checkpoint; at most half an
 *     interval
 */
public record CoordinatorSettings(
    Duration idleAfter,
    Duration longestInvocation,
    Duration entryRetention,
    Duration retentionMargin,
    Duration tickTolerance) {
  public static final CoordinatorSettings DEFAULTS =
      new CoordinatorSettings(
          Duration.ofSeconds(5),
          Duration.ofMinutes(15),
          Duration.ofDays(2),
          Duration.ofMinutes(30),
          Duration.ZERO);

  /** Creates the settings of a coordinator whose ticks are more frequent than its checkpoints. */
  public CoordinatorSettings(
      Duration idleAfter,
      Duration longestInvocation,
      Duration entryRetention,
      Duration retentionMargin) {
    this(idleAfter, longestInvocation, entryRetention, retentionMargin, Duration.ZERO);
  }

  public CoordinatorSettings {
    if (entryRetention.compareTo(Duration.ofDays(1)) < 0) {
      throw new IllegalArgumentException(
          "journal entries must be kept for at least a day, not "
              + entryRetention
              + ", so that a container that was suspended for so long still finds its journal"
              + " without gaps");
    }
  }
}
