package dev.cairn.checkpoint;

/**
 * The reason why a checkpoint, a shard or a job failed. The names are stored, printed, and used by
 * alarms.
 */
public enum FailureReason {
  /** Acknowledgements were missing when the time-out had passed. */
  EXPIRED(true, "see which subtasks are missing, and whether their function runs and catches up"),
  /** A subtask declined without a more specific reason. */
  DECLINED(true, "see the subtask's message"),
  /** The user's function, or a serializer of its own, threw. */
  USER_CODE(true, "deploy a function that does not fail, or set the failure policy to DEAD_LETTER"),
  /**
   * Classes of the user's function, or of what it needs, cannot be loaded or do not fit together.
   */
  CODE_NOT_LOADABLE(
      true, "deploy the function with every class that it needs, in versions that fit together"),
  /** The stored state, or the journal, cannot be read by the deployed code. */
  INCOMPATIBLE_STATE(
      true, "deploy code that reads what is stored, or restore a checkpoint from before it"),
  /** A record's hash key does not belong to the shard that delivered it. */
  KEY_OUTSIDE_SHARD(
      true,
      "send records without an explicit hash key, or let the function name it; with the Kinesis"
          + " Producer Library set cairn.aggregates.outside-shard; or set the failure policy to"
          + " DEAD_LETTER"),
  /** A record was applied alone, and the invocation that applied it did not return. */
  PROCESS_ENDED(
      true,
      "see that invocation in the log of the task's function; deploy a function that takes the"
          + " record, raise its time-out or memory, or set the failure policy to DEAD_LETTER"),
  /** An aggregate of the Kinesis Producer Library, or a user record in it, cannot be read. */
  AGGREGATED_RECORD(
      true,
      "see what the message says of the record and its producer, or set the failure policy to"
          + " DEAD_LETTER"),
  /** Records that were applied before a restore cannot be applied again. */
  REPLAY_IMPOSSIBLE(true, "restore a later checkpoint, whose position the stream still keeps"),
  /** An error that Cairn does not expect. */
  UNEXPECTED(true, "see the log of the task's function; report it if the cause is Cairn's"),
  /** Records may have expired before they were applied. */
  RECORDS_LOST(
      true,
      "raise the stream's retention, find out why the shard was not read for so long, and"
          + " continue without the expired records with: cairn resume --accept-gap; or"
          + " restore with --accept-gap"),
  /** The mapping leaves records out of a shard's batches. */
  RECORDS_LEFT_OUT(
      true,
      "set the mapping's ParallelizationFactor to 1, and restore a checkpoint from before it was"
          + " changed, which applies the records that were left out; split shards to apply more at"
          + " the same time"),
  /** Keys of the shard have moved to shards that cannot be opened without their state. */
  RESHARDED(
      true,
      "use a stream with a fixed number of shards: take a savepoint, and restore it as a job of"
          + " another name with --positions"),
  /** The checkpoint storage refused a request. */
  STORAGE(true, "check the bucket, its policy and its key; the next checkpoint tries again"),
  /** A file was larger than the storage accepts. */
  TOO_LARGE(
      true,
      "keep less state, or export the last checkpoint and restore it as a job of another name that"
          + " has execution.checkpointing.dir in S3"),
  /** A service did not respond. */
  NETWORK(true, "nothing, if it passes: the next checkpoint tries again"),
  /** A service throttled requests. */
  THROTTLED(true, "raise the service's quota, or the interval between checkpoints"),
  /** A container ran out of memory. */
  OUT_OF_MEMORY(true, "give the task's function more memory, or the stream more shards"),
  /** A subtask was triggered and at work, and its invocations ended before its state was stored. */
  SUBTASK_TIMEOUT(
      true, "raise the time-out or the memory of the task's function, or the number of shards"),
  /** A file is missing or altered. */
  DAMAGED(true, "restore a checkpoint that does not need the file"),
  /** The checkpoint's _metadata existed already, with other content. */
  CONFLICT(true, "see who else writes to the job's folder"),
  /** A restore began. */
  RESTORED_OVER(false, "nothing"),
  /**
   * A later checkpoint was completed first, which is possible only if several may be pending at a
   * time.
   */
  SUBSUMED(false, "nothing"),
  /** The job was cancelled, stopped, resumed or has failed. */
  CANCELLED(false, "nothing"),
  /** More checkpoints failed in a row than are tolerated. */
  TOO_MANY_FAILED_CHECKPOINTS(
      true, "see why they failed, then resume the job, or restore a checkpoint");

  private final boolean counts;
  private final String advice;

  FailureReason(boolean counts, String advice) {
    this.counts = counts;
    this.advice = advice;
  }

  /** Whether it counts towards the number of tolerated failures. */
  public boolean countsAsFailure() {
    return counts;
  }

  /** Whether no further attempt can succeed, so that the shard waits for a user's decision. */
  public boolean isFinal() {
    return this == RECORDS_LOST || this == RECORDS_LEFT_OUT;
  }

  /** Returns what a user can do about it. */
  public String advice() {
    return advice;
  }
}
