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
 * What the coordinator has done or decided. Made after the write that did it; lost if the
 * coordinator dies in between, made twice if the write's answer got lost.
 */
public sealed interface Announcement {

  record Completed(Checkpoint.Completed checkpoint) implements Announcement {}

  /**
   * A checkpoint failed; one that gave way to a restore or to a halt did not.
   *
   * @param inARow how many have failed since the last one that was completed, this one included
   */
  record Aborted(Checkpoint.Aborted checkpoint, int inARow) implements Announcement {}

  /** A checkpoint or a savepoint was triggered. */
  record Triggered(Checkpoint.Pending checkpoint) implements Announcement {}

  /**
   * Subtasks were asked for their part of a checkpoint.
   *
   * @param asked how many were told of it, and have to answer
   * @param carriedForward for how many the coordinator answered itself
   * @param woken how many were woken
   */
  record AcksRequested(Checkpoint.Pending checkpoint, int asked, int carriedForward, int woken)
      implements Announcement {}

  /** How many checkpoints were pending at a tick. */
  record InProgress(int checkpoints) implements Announcement {}

  /**
   * What a tick found of failures.
   *
   * @param failingSubtasks how many subtasks fail, or look for a record that ends the process
   * @param jobFailed whether the job has halted by itself
   */
  record Health(int failingSubtasks, boolean jobFailed) implements Announcement {}

  /** A user's request was served: it is no longer on the job's item. */
  record Accepted(Request request, Epoch epoch) implements Announcement {}

  /** What is to be done could not be judged yet; the next tick tries again. */
  record Postponed(String what, String reason) implements Announcement {}

  /** The job went from one status to another. */
  record Moved(Epoch epoch, JobStatus from, JobStatus to) implements Announcement {}

  /**
   * @param by who asked; empty if the job restores of itself
   */
  record RestoreBegun(Restoration from, Epoch epoch, Optional<Request> by)
      implements Announcement {}

  /** Every shard has applied again what the restore had taken back. */
  record RestoreFinished(Epoch epoch) implements Announcement {}

  /** A user's request was refused; nothing else changed. */
  record Refused(Request request, String reason) implements Announcement {}

  /** Nothing is applied any more. */
  record Halted(Epoch epoch, Halt halt) implements Announcement {}

  /** A job that had halted runs again. */
  record Resumed(Epoch epoch) implements Announcement {}

  /** The mapping that feeds the task was looked at. */
  record MappingChecked(List<MappingProblem> problems) implements Announcement {
    public MappingChecked {
      problems = List.copyOf(problems);
    }
  }

  /**
   * The scrubber has found a file damaged that is needed.
   *
   * @param damaged how many are marked now
   */
  record FileDamaged(Damage damage, int damaged) implements Announcement {}

  /** A file that was damaged was put back, or nobody needs it any more. */
  record DamageCleared(Damage damage, int damaged) implements Announcement {}

  /** The storage did not answer for a file; the next round reads it again. */
  record NotScrubbed(FileRef file, StorageException cause) implements Announcement {}

  /** The scrubber has read every file that is needed. */
  record Scrubbed(ScrubProgress.Finished round, int damaged) implements Announcement {}
}
