package dev.cairn.task.ports;

import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.StartPosition;
import java.time.Duration;

/**
 * What a task is told when it starts.
 *
 * @param start where a shard begins that has no journal; the same as the mapping's
 * @param failurePolicy what becomes of a record that the function cannot process
 * @param inlineThresholdBytes the largest delta that an entry holds itself
 * @param materializeAfterEntries how many deltas may follow a base before the task writes another
 *     base
 * @param materializeAfterBytes how large they may be together
 * @param margin how much of an invocation's time is kept for journalling and answering
 * @param replayLimit how many records one step of a replay reads
 */
public record TaskSettings(
    JobId job,
    StageId stage,
    StartPosition start,
    FailurePolicy failurePolicy,
    int inlineThresholdBytes,
    int materializeAfterEntries,
    int materializeAfterBytes,
    Duration margin,
    int replayLimit) {
  private static final Duration SHORTEST_MARGIN = Duration.ofMillis(500);
  private static final Duration LONGEST_MARGIN = Duration.ofSeconds(20);

  public TaskSettings {
    requirePositive("inlineThresholdBytes", inlineThresholdBytes);
    requirePositive("materializeAfterEntries", materializeAfterEntries);
    requirePositive("materializeAfterBytes", materializeAfterBytes);
    requirePositive("replayLimit", replayLimit);
  }

  private static void requirePositive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be positive, not " + value);
    }
  }

  /**
   * Starts at the horizon; 8 KiB inline, since above that an S3 PUT is cheaper than DynamoDB's
   * write units.
   */
  public static TaskSettings of(JobId job, StageId stage) {
    return new TaskSettings(
        job,
        stage,
        new StartPosition.TrimHorizon(),
        FailurePolicy.FAIL,
        8 * 1024,
        200,
        4 * 1024 * 1024,
        Duration.ofSeconds(2),
        1000);
  }

  public TaskSettings withFailurePolicy(FailurePolicy policy) {
    return with(start, policy, inlineThresholdBytes, margin);
  }

  public TaskSettings withStart(StartPosition from) {
    return with(from, failurePolicy, inlineThresholdBytes, margin);
  }

  public TaskSettings withInlineThreshold(int bytes) {
    return with(start, failurePolicy, bytes, margin);
  }

  /** Keeps a sixth of an invocation's time for journalling and answering, within reason. */
  public TaskSettings withTimeout(Duration timeout) {
    Duration sixth = timeout.dividedBy(6);
    return with(
        start,
        failurePolicy,
        inlineThresholdBytes,
        sixth.compareTo(LONGEST_MARGIN) > 0
            ? LONGEST_MARGIN
            : sixth.compareTo(SHORTEST_MARGIN) < 0 ? SHORTEST_MARGIN : sixth);
  }

  private TaskSettings with(
      StartPosition from, FailurePolicy policy, int inlineBytes, Duration kept) {
    return new TaskSettings(
        job,
        stage,
        from,
        policy,
        inlineBytes,
        materializeAfterEntries,
        materializeAfterBytes,
        kept,
        replayLimit);
  }

  public SubtaskId subtask(ShardId shard) {
    return new SubtaskId(job, stage, shard);
  }

  /** What becomes of a record that cannot be decoded or on which the function throws. */
  public enum FailurePolicy {
    /**
     * What came before it is journalled, and the mapping sends the record again, until it succeeds.
     */
    FAIL,
    /**
     * It is stored among the dead letters, journalled as such and counted, and the shard goes on.
     */
    DEAD_LETTER
  }
}
