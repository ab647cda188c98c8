package dev.cairn.checkpoint;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A job's item, its checkpoints and their acknowledgements. Reads are consistent; every change is
 * one conditional write or one transaction of a constant size, and says whether its condition held.
 *
 * <p>Any method may throw {@link dev.cairn.journal.OutcomeUnknownException}: the change may have
 * happened or not. Every change here can be tried again, or decided again from what is then read. A
 * begin, completion, abort or refusal that finds exactly itself already made says yes: it cannot be
 * told from a request that was repeated because its answer got lost.
 */
public interface CheckpointStore {

  Optional<Job> job(JobId job);

  /** Puts the job's item unless there is one. */
  boolean create(Job job);

  /** The subtasks that were ever opened, sorted. */
  List<SubtaskId> subtasks(JobId job);

  Optional<Checkpoint> checkpoint(JobId job, CheckpointId id);

  /** The checkpoints of which anything is still known, by id. */
  default List<Checkpoint> checkpoints(JobId job) {
    return checkpoints(job, new CheckpointId(1));
  }

  /** Those of them from this id on. */
  List<Checkpoint> checkpoints(JobId job, CheckpointId from);

  /**
   * Makes a checkpoint pending and raises the job's next id past it, if the job is running, its
   * epoch is the checkpoint's and its next id is this one.
   */
  boolean begin(Checkpoint.Pending pending);

  /**
   * Completes it and makes it the job's latest, if it is pending, the epoch is the job's and the
   * latest is an earlier one.
   */
  boolean complete(Checkpoint.Completed completed);

  /** Aborts it if it is pending. */
  boolean abort(Checkpoint.Aborted aborted);

  /** Subsumes it if it is completed, the job has this epoch and is not being restored from it. */
  boolean subsume(Checkpoint.Completed completed, Epoch epoch);

  /** Stores the answer unless this subtask has given one. */
  boolean acknowledge(Acknowledgement acknowledgement);

  /** The answers that were given, by subtask. */
  List<Acknowledgement> acknowledgements(JobId job, CheckpointId id);

  /** The answers that the subtasks of this checkpoint have given, by subtask. */
  default List<Acknowledgement> acknowledgements(Checkpoint.Pending pending) {
    return acknowledgements(pending.job(), pending.id());
  }

  /**
   * Asks for a restore, as a user does who sets {@code restoreCheckpointId}. False without such a
   * job.
   */
  boolean requestRestore(JobId job, String checkpointId);

  /**
   * Begins a restore in one transaction: the epoch is raised by one, the status is Restoring, the
   * pending checkpoint is aborted, and the request is removed if it is still the one seen. Only if
   * the job's epoch is the one seen, the checkpoint is completed, and the pending one still is.
   */
  boolean beginRestore(
      Job seen, CheckpointId from, Optional<Checkpoint.Pending> pending, Instant now);

  /**
   * Removes the request if it is still the one seen, and leaves the reason. Without a request it is
   * the restore under way that cannot go on: its reason is left if the job is in the epoch seen and
   * nobody asks for another one.
   */
  boolean refuseRestore(Job seen, String reason, Instant now);

  /** From Restoring to Replaying, if the job has this epoch. */
  boolean replay(JobId job, Epoch epoch);

  /** From Replaying to Running, if the job has this epoch. */
  boolean finishReplay(JobId job, Epoch epoch);
}
