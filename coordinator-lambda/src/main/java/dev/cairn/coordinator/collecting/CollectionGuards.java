package dev.cairn.coordinator.collecting;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The guards of collection: what may be deleted. Each guard excludes one order of events in which a
 * needed file is deleted, or in which an unneeded file is kept forever.
 *
 * <p>The coordinator uses {@link #ALL}. The simulation replaces one guard at a time by a predicate
 * that always agrees, and must detect the violation.
 */
public record CollectionGuards(
    SameEpoch isSameEpoch,
    Abandoned isAbandoned,
    Old isOld,
    MetadataAbandoned isMetadataAbandoned,
    NeededByFork isNeededByFork,
    StandsAlone standsAlone,
    Unneeded isUnneeded) {

  /** All guards, active. */
  public static final CollectionGuards ALL =
      new CollectionGuards(
          (before, after) -> before.epoch().equals(after.epoch()) && after.status().isSettled(),
          (file, tail) -> tail.movedOnFrom(file.base()),
          (file, longestInvocation, now) ->
              file.lastModified().plus(longestInvocation).isBefore(now),
          CollectionGuards::isOver,
          fork -> !fork.isReleased(),
          References::needsOnlyItsOwn,
          Retirement::isUnneeded);

  /**
   * Whether what was read of a job's journals and checkpoints belongs together, given the job
   * before and after.
   *
   * <p>Excludes: a collector reads the journals and is delayed, a restore puts them onto the files
   * of a checkpoint, and the collector deletes those files. Rule: {@code docs/protocol.md},
   * "Collection", step 4.
   */
  @FunctionalInterface
  public interface SameEpoch {
    boolean test(Job before, Job after);
  }

  /**
   * Whether a file that nothing refers to can never be referred to again: its writer prepared it
   * from a revision that the journal has left behind, so its entry cannot be appended.
   *
   * <p>Excludes: a task puts a file and is delayed, the file is deleted, and the task appends the
   * entry that refers to it. Triggers do not count, as the entry may still be appended after them.
   * Rule: {@code docs/protocol.md}, "Collection", step 5.
   */
  @FunctionalInterface
  public interface Abandoned {
    boolean test(Layout.Owned file, JournalTail tail);
  }

  /**
   * Whether every invocation that could have written a file has ended.
   *
   * <p>Excludes: a task puts a file, takes its entry over to another base and appends it there, and
   * the file goes in between. Rule: {@code docs/protocol.md}, "Collection", step 5; {@code
   * docs/adr/0026-guards-that-cover-for-each-other.md}.
   */
  @FunctionalInterface
  public interface Old {
    boolean test(Stored file, Duration longestInvocation, Instant now);
  }

  /**
   * Whether a checkpoint's metadata file is no longer needed.
   *
   * <p>Excludes: a coordinator puts the file and is delayed, and the file is deleted before the
   * checkpoint is completed with it; and, in the other direction, files of aborted checkpoints that
   * are kept forever. Rule: {@code docs/protocol.md}, "Collection", step 5.
   */
  @FunctionalInterface
  public interface MetadataAbandoned {
    boolean test(CheckpointId id, Job job, List<Checkpoint> checkpoints);
  }

  /**
   * Whether the files from which a fork began must be kept.
   *
   * <p>Excludes: the parent subsumes the checkpoint from which a fork began, and deletes files to
   * which the fork's journals still refer. Rule: {@code docs/protocol.md}, "Collection", step 3.
   */
  @FunctionalInterface
  public interface NeededByFork {
    boolean test(Fork fork);
  }

  /**
   * Whether a fork needs only its own files, so that those of its parent can be released.
   *
   * <p>Excludes: a fork releases its parent's files while one of its journals, checkpoints or forks
   * still refers to them. Rule: {@code docs/protocol.md}, "Collection", step 5.
   */
  @FunctionalInterface
  public interface StandsAlone {
    boolean test(References references);
  }

  /**
   * Whether no checkpoint needs a closed subtask whose children have its state, nor can a
   * coordinator that read the journals before these were opened still begin one.
   *
   * <p>Excludes: a subtask takes no part any more, its files go, and then a checkpoint refers to
   * them that is pending, or that is begun with the subtasks of an earlier moment. Rule: {@code
   * docs/protocol.md}, "Reshard".
   */
  @FunctionalInterface
  public interface Unneeded {
    boolean test(SubtaskId closed, References references);
  }

  private static boolean isOver(CheckpointId id, Job job, List<Checkpoint> checkpoints) {
    return checkpoints.stream()
        .filter(checkpoint -> checkpoint.id().equals(id))
        .findFirst()
        .map(
            checkpoint ->
                switch (checkpoint) {
                  case Checkpoint.Pending p -> false;
                  case Checkpoint.Completed c -> false;
                  case Checkpoint.Aborted a -> true;
                  case Checkpoint.Subsumed s -> true;
                })
        .orElse(job.next().isAfter(id));
  }
}
