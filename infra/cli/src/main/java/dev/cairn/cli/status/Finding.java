package dev.cairn.cli.status;

/**
 * A problem of a pipeline, or a fact worth knowing.
 *
 * @param problem the situation, and its cause
 * @param remedy what to do
 */
public record Finding(Kind kind, String problem, String remedy) {

  /** The kinds of findings, in the order in which they are shown. */
  public enum Kind {
    NO_JOB(true),
    JOB_FAILED(true),
    SHARD_FAILING(true),
    SHARD_SUSPECTED(true),
    STREAM_UNREADABLE(true),
    MAPPING(true),
    FOREIGN_STREAM(true),
    RESTORE_STANDS_STILL(true),
    GAP_STANDS_OPEN(true),
    RECORDS_EXPIRED(true),
    PARENT_NOT_DRAINED(true),
    HASH_RANGE_UNCOVERED(true),
    MORE_SHARDS_THAN_CONCURRENCY(true),
    SHARD_STANDS_STILL(true),
    SHARD_WITHOUT_JOURNAL(true),
    LAG_NEAR_RETENTION(true),
    STATE_NEAR_HEAP(true),
    JOURNAL_LONG(true),
    DAMAGED_FILES(true),
    CHECKPOINT_OVERDUE(true),
    CHECKPOINTS_ABORTED(true),
    NO_RECENT_CHECKPOINT(true),
    SHARDS_WAIT(false),
    FORK_NOT_DEPLOYED(false),
    HALTED(false),
    REQUEST_WAITS(false),
    REQUEST_REFUSED(false),
    DEAD_LETTERS(false),
    CHECKPOINTING_OFF(false);

    private final boolean wrong;

    Kind(boolean wrong) {
      this.wrong = wrong;
    }

    /** Whether a user has to act; otherwise the finding is only information. */
    public boolean isWrong() {
      return wrong;
    }
  }
}
