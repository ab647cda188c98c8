package dev.cairn.cli.status;

/**
 * Something that is wrong, or that one should know.
 *
 * @param problem what is the case, and why
 * @param remedy what to do
 */
public record Finding(Kind kind, String problem, String remedy) {

  /** What can be found, in the order in which it is told. */
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
    SHARD_STANDS_STILL(true),
    SHARD_WITHOUT_JOURNAL(true),
    LAG_NEAR_RETENTION(true),
    STATE_NEAR_HEAP(true),
    JOURNAL_LONG(true),
    DAMAGED_FILES(true),
    CHECKPOINT_OVERDUE(true),
    CHECKPOINTS_ABORTED(true),
    NO_RECENT_CHECKPOINT(true),
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

    /** Whether someone has to act; otherwise it is only to be known. */
    public boolean isWrong() {
      return wrong;
    }
  }
}
