package dev.cairn.coordinator.ports;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.damage.Damage;
import dev.cairn.damage.ScrubProgress;
import dev.cairn.id.Epoch;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.StorageException;
import java.util.List;
import java.util.Optional;

/**
 * Something that the coordinator has done or decided. It is published after the write; it is lost
 * if the coordinator stops in between, and published twice if the write's response was lost.
 */
public sealed interface Announcement {

  record Completed(Checkpoint.Completed checkpoint) implements Announcement {}

  /**
   * A checkpoint failed. A checkpoint that a restore or a halt aborted has not failed.
   *
   * @param inARow how many have failed since the last completed one, including this one
   */
  record Aborted(Checkpoint.Aborted checkpoint, int inARow) implements Announcement {}

  /** A checkpoint or a savepoint was triggered. */
  record Triggered(Checkpoint.Pending checkpoint) implements Announcement {}

  /**
   * Snapshots of a checkpoint were requested from subtasks.
   *
   * @param asked how many subtasks were triggered and have to acknowledge
   * @param carriedForward for how many the coordinator acknowledged
   * @param woken how many were woken
   */
  record AcksRequested(Checkpoint.Pending checkpoint, int asked, int carriedForward, int woken)
      implements Announcement {}

  /** How many checkpoints were pending at a tick. */
  record InProgress(int checkpoints) implements Announcement {}

  /**
   * The failures that a tick found.
   *
   * @param failingSubtasks how many subtasks fail, or look for a record that ends the process
   * @param jobFailed whether the job has halted by itself
   */
  record Health(int failingSubtasks, boolean jobFailed) implements Announcement {}

  /**
   * A tick found that a running job has not followed all splits and merges of its stream yet.
   *
   * @param undrained how many shards Kinesis has closed and no task applies to their end
   * @param waiting how many shards of a split or a merge are not open yet
   * @param expired how many shards wait until a user accepts that records have expired unread
   * @param uncovered how many parts of the hash space no shard has
   */
  record Resharding(int undrained, int waiting, int expired, int uncovered)
      implements Announcement {}

  /** A user's request was executed and is no longer on the job's item. */
  record Accepted(Request request, Epoch epoch) implements Announcement {}

  /** A decision is not possible yet; the next tick tries again. */
  record Postponed(String what, String reason) implements Announcement {}

  /** The job went from one status to another. */
  record Moved(Epoch epoch, JobStatus from, JobStatus to) implements Announcement {}

  /**
   * @param by the requester; empty if the job restores itself
   */
  record RestoreBegun(Restoration from, Epoch epoch, Optional<Request> by)
      implements Announcement {}

  /** Every shard has replayed the records that the restore had reverted. */
  record RestoreFinished(Epoch epoch) implements Announcement {}

  /** A user's request was refused; nothing else changed. */
  record Refused(Request request, String reason) implements Announcement {}

  /** The job has halted; no records are applied any more. */
  record Halted(Epoch epoch, Halt halt) implements Announcement {}

  /** A job that had halted runs again. */
  record Resumed(Epoch epoch) implements Announcement {}

  /** The task's event source mapping was checked. */
  record MappingChecked(List<MappingProblem> problems) implements Announcement {
    public MappingChecked {
      problems = List.copyOf(problems);
    }
  }

  /**
   * The scrubber has found that a needed file is damaged.
   *
   * @param damaged how many are marked now
   */
  record FileDamaged(Damage damage, int damaged) implements Announcement {}

  /** A damaged file was replaced, or is no longer needed. */
  record DamageCleared(Damage damage, int damaged) implements Announcement {}

  /** The storage returned no response for a file; the next round reads it again. */
  record NotScrubbed(FileRef file, StorageException cause) implements Announcement {}

  /** The scrubber has read every needed file. */
  record Scrubbed(ScrubProgress.Finished round, int damaged) implements Announcement {}
}
