package dev.cairn.coordinator.checkpointing;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.resharding.ShardLineage;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import java.util.Arrays;
import java.util.Set;
import java.util.SortedSet;

/**
 * The guards of a checkpoint: what it may contain, and when it may end. Each excludes one order of
 * events in which a checkpoint would be completed that cannot be restored.
 *
 * <p>The coordinator uses {@link #ALL}. The simulation replaces one guard at a time by a predicate
 * that always agrees, and must detect the violation.
 */
public record CheckpointGuards(
    Complete isComplete,
    CarriedForward isCarriedForward,
    Rewritten isToBeRewritten,
    Subsumed isSubsumed,
    Written isWritten,
    Format format,
    Expected expected) {

  /** All guards, active. */
  public static final CheckpointGuards ALL =
      new CheckpointGuards(
          Set::isEmpty,
          JournalTail::isUnchanged,
          JournalTail::isToBeRewritten,
          (pending, completed) -> !pending.isSavepoint() && completed.isAfter(pending.id()),
          Arrays::equals,
          Job::format,
          ShardLineage::expected);

  /**
   * Whether every expected subtask has acknowledged, given those that have not.
   *
   * <p>Excludes: a checkpoint is completed while a subtask still writes its state, and a restore
   * begins that subtask without it. Rule: {@code docs/protocol.md}, "A checkpoint", step 4.
   */
  @FunctionalInterface
  public interface Complete {
    boolean test(Set<SubtaskId> missing);
  }

  /**
   * Whether the coordinator may acknowledge for a subtask, with the files of its last base.
   *
   * <p>Excludes: a task applies records after its base, and the coordinator acknowledges with the
   * base's files, so the checkpoint has the position of those records without their changes. Rule:
   * {@code docs/protocol.md}, "A checkpoint", step 2.
   */
  @FunctionalInterface
  public interface CarriedForward {
    boolean test(JournalTail tail);
  }

  /**
   * Whether a subtask's state lies in files that are another job's, or that hold more than the
   * state does, so that the task has to write new files.
   *
   * <p>Excludes: a job is restored from another job's files and completes a checkpoint that refers
   * to them, and then their owner deletes them. Rule: {@code docs/protocol.md}, "A checkpoint",
   * step 2; {@code docs/adr/0014-shared-and-claimed-files.md}.
   */
  @FunctionalInterface
  public interface Rewritten {
    boolean test(JournalTail tail);
  }

  /**
   * Whether a completed checkpoint replaces a pending one; a savepoint is never replaced.
   *
   * <p>Excludes: two checkpoints are pending and the later one is completed first; the earlier one
   * then stays pending and takes the place of the next, or becomes the latest after it. Rule:
   * {@code docs/protocol.md}, "A checkpoint", step 5.
   */
  @FunctionalInterface
  public interface Subsumed {
    boolean test(Checkpoint.Pending pending, CheckpointId completed);
  }

  /**
   * Whether an existing metadata file has the content that was to be written, because another
   * coordinator or an earlier attempt wrote it.
   *
   * <p>Excludes: an earlier job of the same name has left a file at this path, and the checkpoint
   * is completed with that file's content. Rule: {@code docs/protocol.md}, "A checkpoint", step 4.
   */
  @FunctionalInterface
  public interface Written {
    boolean test(byte[] there, byte[] metadata);
  }

  /**
   * Returns the format in which a job's checkpoint is written, and to which it raises the journals.
   *
   * <p>Excludes: a release that was deployed writes what the release before it cannot read, the
   * deployment is rolled back, and every shard stops. Rule: {@code docs/protocol.md}, "Versions".
   */
  @FunctionalInterface
  public interface Format {
    FormatVersion of(Job job);
  }

  /**
   * The subtasks whose state a checkpoint has to hold.
   *
   * <p>Excludes: a shard is split, and a checkpoint holds the state of its keys twice, or not at
   * all: of the closed parent and of the opened children, or of the first child alone. Rule: {@code
   * docs/protocol.md}, "Reshard".
   */
  @FunctionalInterface
  public interface Expected {
    SortedSet<SubtaskId> of(ShardLineage lineage);
  }
}
