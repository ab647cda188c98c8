package dev.cairn.task.ports;

import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.settings.AggregateHashKey;
import dev.cairn.settings.RecordOutsideShard;
import dev.cairn.state.StartPosition;
import java.time.Duration;

/**
 * The settings of a task.
 *
 * @param start where a shard without a journal begins, equal to the mapping's start
 * @param failurePolicy the policy for a record that the function cannot process
 * @param inlineThresholdBytes the largest delta that an entry holds itself
 * @param materializeAfterEntries how many deltas may follow a base before the task writes another
 *     base
 * @param materializeAfterBytes how large these deltas may be together
 * @param margin the part of an invocation's time that is reserved for the journal and the response
 * @param replayLimit how many records one step of a replay reads
 * @param hashKey by which hash key the state of a user record of an aggregate is kept
 * @param outsideShard the reaction to a user record of an aggregate that belongs to another shard
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
    int replayLimit,
    AggregateHashKey hashKey,
    RecordOutsideShard outsideShard) {
  private static final Duration SHORTEST_MARGIN = Duration.ofMillis(500);
  private static final Duration LONGEST_MARGIN = Duration.ofSeconds(20);

  public TaskSettings {
    requirePositive("inlineThresholdBytes", inlineThresholdBytes);
    requirePositive("materializeAfterEntries", materializeAfterEntries);
    requirePositive("materializeAfterBytes", materializeAfterBytes);
    requirePositive("replayLimit", replayLimit);
  }

  /** Creates settings with the defaults for aggregates. */
  public TaskSettings(
      JobId job,
      StageId stage,
      StartPosition start,
      FailurePolicy failurePolicy,
      int inlineThresholdBytes,
      int materializeAfterEntries,
      int materializeAfterBytes,
      Duration margin,
      int replayLimit) {
    this(
        job,
        stage,
        start,
        failurePolicy,
        inlineThresholdBytes,
        materializeAfterEntries,
        materializeAfterBytes,
        margin,
        replayLimit,
        AggregateHashKey.PARTITION_KEY,
        RecordOutsideShard.FAILURE_POLICY);
  }

  private static void requirePositive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be positive, not " + value);
    }
  }

  /**
   * Returns the default settings: start at the horizon, and deltas of up to 8 KiB inline, because
   * above that an S3 PUT is cheaper than DynamoDB's write units.
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

  /** Returns a copy that treats the user records of aggregates in this way. */
  public TaskSettings withAggregates(AggregateHashKey key, RecordOutsideShard outside) {
    return new TaskSettings(
        job,
        stage,
        start,
        failurePolicy,
        inlineThresholdBytes,
        materializeAfterEntries,
        materializeAfterBytes,
        margin,
        replayLimit,
        key,
        outside);
  }

  public TaskSettings withStart(StartPosition from) {
    return with(from, failurePolicy, inlineThresholdBytes, margin);
  }

  public TaskSettings withInlineThreshold(int bytes) {
    return with(start, failurePolicy, bytes, margin);
  }

  /**
   * Returns a copy that reserves a sixth of an invocation's time for the journal and the response,
   * within bounds.
   */
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
        replayLimit,
        hashKey,
        outsideShard);
  }

  public SubtaskId subtask(ShardId shard) {
    return new SubtaskId(job, stage, shard);
  }

  /** The policy for a record that cannot be decoded or on which the function throws. */
  public enum FailurePolicy {
    /**
     * The records before it are journalled, and the mapping sends the record again until it
     * succeeds.
     */
    FAIL,
    /** The record is stored as a dead letter, journalled and counted, and the shard continues. */
    DEAD_LETTER
  }
}
