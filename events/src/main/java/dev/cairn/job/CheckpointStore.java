package dev.cairn.job;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Counts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A job's item, its checkpoints and their acknowledgements. Reads are consistent; every change is
 * one conditional write or one transaction of constant size, and returns whether its condition
 * held.
 *
 * <p>Any method may throw {@link dev.cairn.journal.OutcomeUnknownException}: the change may have
 * happened or not. Every change here can be tried again, or decided again from what is then read. A
 * begin, completion, abort or refusal that finds exactly its own change returns true: it cannot be
 * distinguished from a request that was repeated because its response was lost.
 */
public interface CheckpointStore extends ForkStore, ClaimStore {

  Optional<Job> job(JobId job);

  /** Puts the job's item unless it exists. */
  boolean create(Job job);

  /** Returns all subtasks that were ever opened and are not retired, sorted. */
  List<SubtaskId> subtasks(JobId job);

  /**
   * Returns the retired subtasks, sorted: closed ones whose state is with their children, and which
   * no checkpoint contains any more.
   */
  List<SubtaskId> retired(JobId job);

  /** Whether a subtask is retired, with one small read. */
  boolean isRetired(SubtaskId subtask);

  /**
   * Retires a subtask: it takes no part in checkpoints and halts any more. Its journal stays.
   *
   * @param counts what the subtask has counted
   * @return false if the subtask is no longer registered, or the job has another epoch or does not
   *     run
   */
  boolean retire(Job seen, SubtaskId subtask, Counts counts);

  /** Returns what all retired subtasks have counted together. */
  Counts countsOfRetired(JobId job);

  /**
   * Registers a retired subtask again, so that it takes part in a restore.
   *
   * @return false if the subtask is not retired, or the job has another epoch or is not RESTORING
   */
  boolean reinstate(Job seen, SubtaskId subtask);

  /** Returns the first opened subtask, with one small read. */
  default Optional<SubtaskId> firstSubtask(JobId job) {
    return subtasks(job).stream().findFirst();
  }

  Optional<Checkpoint> checkpoint(JobId job, CheckpointId id);

  /**
   * Reads a checkpoint without the list of its subtasks, with one read of one small item. A pending
   * checkpoint then lists none.
   */
  default Optional<Checkpoint> checkpointUnlisted(JobId job, CheckpointId id) {
    return checkpoint(job, id);
  }

  /** Returns all checkpoints that still have an item, by id. */
  default List<Checkpoint> checkpoints(JobId job) {
    return checkpoints(job, new CheckpointId(1));
  }

  /** Returns the checkpoints from this id on that still have an item, by id. */
  List<Checkpoint> checkpoints(JobId job, CheckpointId from);

  /**
   * Makes a checkpoint pending and increases the job's next id, if the job takes checkpoints, has
   * the checkpoint's epoch, and has this next id.
   *
   * @param served the request for it, which must still be there and is removed in the same write
   */
  boolean begin(Checkpoint.Pending pending, Optional<Request> served);

  /** Begins a checkpoint without a user's request. */
  default boolean begin(Checkpoint.Pending pending) {
    return begin(pending, Optional.empty());
  }

  /**
   * Completes a checkpoint and makes it the job's latest, if it is pending, has the job's epoch,
   * and the latest is an earlier one. A savepoint does not change the latest.
   */
  boolean complete(Checkpoint.Completed completed);

  /** Aborts a checkpoint if it is pending. */
  boolean abort(Checkpoint.Aborted aborted);

  /**
   * Subsumes a checkpoint if it is completed, the job has this epoch, no restore or undo needs the
   * checkpoint, and it is not pinned. A savepoint's files are kept.
   */
  default boolean subsume(Checkpoint.Completed completed, Epoch epoch) {
    return end(completed, epoch, Checkpoint.Subsumed.End.SUBSUMED);
  }

  /** Ends a checkpoint under the conditions of {@link #subsume}, and stores how it ended. */
  boolean end(Checkpoint.Completed completed, Epoch epoch, Checkpoint.Subsumed.End end);

  /**
   * Pins a checkpoint on a user's request, in one transaction, if it is completed and the job's
   * pins are unchanged. The request must still be there and is removed.
   */
  boolean pin(Job seen, CheckpointId id);

  /** Unpins a checkpoint, if the job's pins are unchanged. The request is removed. */
  boolean unpin(Job seen, CheckpointId id);

  /** Stores the acknowledgement unless the subtask has one for this checkpoint. */
  boolean acknowledge(Acknowledgement acknowledgement);

  /** Returns the acknowledgements of a checkpoint, by subtask. */
  List<Acknowledgement> acknowledgements(JobId job, CheckpointId id);

  /** Returns the acknowledgements of this checkpoint's subtasks, by subtask. */
  default List<Acknowledgement> acknowledgements(Checkpoint.Pending pending) {
    return acknowledgements(pending.job(), pending.id());
  }

  /**
   * Puts a request into its attribute, as a user does, replacing an earlier request. Returns false
   * if the job does not exist.
   */
  boolean request(JobId job, Request request);

  /**
   * Puts a request into its attribute if the attribute is unchanged, or holds this request already.
   */
  boolean request(Job seen, Request request);

  /**
   * Moves a job to another status in one transaction, if its epoch and status are unchanged. If the
   * status requires it, the epoch is increased by one and an earlier refusal is removed. The given
   * checkpoints are aborted, and must still be pending. The request is removed if it is still
   * there. A checkpoint of the job that is to be restored, or that an undo would restore, must be
   * completed; a directory that is to be restored must not be one that the job has claimed and
   * confirmed. A restore replaces an unconfirmed claim by its own claim, if it has one.
   */
  boolean move(Job seen, JobStatus to, List<Checkpoint.Pending> aborting, Instant now);

  /**
   * Raises a job's format on a user's request, if the job's format is unchanged. From then on the
   * job is written in the new format, which earlier releases cannot read. The request must still be
   * there and is removed.
   */
  boolean upgrade(Job seen, FormatVersion to);

  /** Removes the executed request, if it is still there. */
  boolean serve(Job seen);

  /** Removes the request, if it is still there, and stores the reason of its refusal. */
  boolean refuse(Job seen, String reason, Instant now);

  /**
   * Stores on the item why its settings are invalid. Invalid settings make the job unreadable, so
   * there is no job to compare with. Does nothing if an item cannot have invalid settings.
   */
  default void refuseSettings(JobId job, String reason, Instant now) {}

  /**
   * Stores on the item why an operation in progress cannot continue, if the job's epoch is
   * unchanged and it has no request.
   */
  boolean explain(Job seen, Job.Refusal refusal);
}
