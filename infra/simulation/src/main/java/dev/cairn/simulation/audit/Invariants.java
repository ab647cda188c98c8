package dev.cairn.simulation.audit;

/** The names of the invariants that must hold after every step. */
public final class Invariants {
  public static final String READABLE =
      "a release meets nothing that it cannot read before the job is upgraded";
  public static final String TIMES =
      "an entry's record time is the latest arrival of the records that made its state";
  public static final String GAPLESS = "revisions are gapless and never rewritten";
  public static final String CHAINED = "each entry follows the one before it";
  public static final String FOLD =
      "the state at the head is the fold of all records up to its position";
  public static final String SNAPSHOT = "a snapshot is the state that it was taken of";
  public static final String FRONTIER = "epoch and frontier never decrease";
  public static final String FILES = "every file that is referred to exists with its hash";
  public static final String COMPLETE =
      "a completed checkpoint holds every subtask's state, of one epoch";
  public static final String INCREASING = "completed ids increase";
  public static final String OF_ITS_EPOCH = "a checkpoint completes in the epoch in which it began";
  public static final String REPLAYED = "a restore is over only when no shard has a gap";
  public static final String RETAINED = "nothing retained or live is ever deleted";
  public static final String FORKED = "all that a fork began from is there until it is released";
  public static final String CLAIMED = "a job claims only what it is restored from";
  public static final String OWNED =
      "a snapshot lies in files of the job's own, or that it has claimed";
  public static final String EPOCH = "while a job runs, every journal has its epoch";
  public static final String HALTED = "nothing is applied while a job halts";
  public static final String HELD_UP = "a shard that was given up is not tried again";
  public static final String BLAMED = "a failure names the record after the shard's position";
  public static final String TRIGGERS = "a checkpoint's entries are of its epoch";
  public static final String TERMINAL = "an aborted or subsumed checkpoint stays so";
  public static final String DIVIDED = "state that is divided anew reaches every shard";
  public static final String DURABLE = "success is answered only for what is journalled";
  public static final String PROGRESS = "once faults cease, everything catches up";
  public static final String SOUND = "nothing but the simulated AWS fails in an unexpected way";
  public static final String QUIET = "where a replay finds nothing, nothing arrived";
  public static final String POSITIONS = "positions are records";

  public static final String LETTERS =
      "every dead letter that is counted is stored with its record";
  public static final String BOUNDED =
      "in the end nothing is left but what is needed, and that is bounded";
  public static final String ONE_OWNER = "no key belongs to two subtasks";
  public static final String IDLE = "an idle job takes no checkpoint";

  public static final String RECORDED = "the end of each checkpoint is in the history, once";

  public static final String MEMORY = "a state that fits into a container never runs out of memory";

  private Invariants() {}
}
