package dev.cairn.job;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.format.FormatVersion;
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
public interface CheckpointStore extends ForkStore, ClaimStore {

  Optional<Job> job(JobId job);

  /** Puts the job's item unless there is one. */
  boolean create(Job job);

  /** The subtasks that were ever opened, sorted. */
  List<SubtaskId> subtasks(JobId job);

  /** The first of them: one small read, however many there are. */
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

  /** The checkpoints of which anything is still known, by id. */
  default List<Checkpoint> checkpoints(JobId job) {
    return checkpoints(job, new CheckpointId(1));
  }

  /** The checkpoints from this id on of which anything is still known, by id. */
  List<Checkpoint> checkpoints(JobId job, CheckpointId from);

  /**
   * Makes a checkpoint pending and raises the job's next id past it, if the job takes checkpoints,
   * its epoch is the checkpoint's and its next id is this one.
   *
   * @param served the request that asked for it, which is removed with it and must still be there
   */
  boolean begin(Checkpoint.Pending pending, Optional<Request> served);

  /** Begins a checkpoint without a user's request. */
  default boolean begin(Checkpoint.Pending pending) {
    return begin(pending, Optional.empty());
  }

  /**
   * Completes it and makes it the job's latest, if it is pending, the epoch is the job's and the
   * latest is an earlier one. A savepoint leaves the latest alone.
   */
  boolean complete(Checkpoint.Completed completed);

  /** Aborts it if it is pending. */
  boolean abort(Checkpoint.Aborted aborted);

  /**
   * Subsumes it if it is completed, the job has this epoch, is not being restored from it, would
   * not be by an undo, and has not pinned it. A savepoint's files stay.
   */
  default boolean subsume(Checkpoint.Completed completed, Epoch epoch) {
    return end(completed, epoch, Checkpoint.Subsumed.End.SUBSUMED);
  }

  /** Ends it under the conditions of {@link #subsume}, and keeps how it ended. */
  boolean end(Checkpoint.Completed completed, Epoch epoch, Checkpoint.Subsumed.End end);

  /**
   * Pins a checkpoint at a user's request, in one transaction, if it is completed and the job has
   * the pins seen. The seen request is removed with it and must still be there.
   */
  boolean pin(Job seen, CheckpointId id);

  /** Takes a pin off, if the job has the pins seen. The seen request is removed with it. */
  boolean unpin(Job seen, CheckpointId id);

  /** Stores the answer unless this subtask has given one. */
  boolean acknowledge(Acknowledgement acknowledgement);

  /** The answers that were given, by subtask. */
  List<Acknowledgement> acknowledgements(JobId job, CheckpointId id);

  /** The answers that the subtasks of this checkpoint have given, by subtask. */
  default List<Acknowledgement> acknowledgements(Checkpoint.Pending pending) {
    return acknowledgements(pending.job(), pending.id());
  }

  /**
   * Asks for something, as a user does who sets the attribute, over what was asked there before.
   * False without such a job.
   */
  boolean request(JobId job, Request request);

  /**
   * Asks for something if what waits in its attribute is what was seen there, or this very request.
   */
  boolean request(Job seen, Request request);

  /**
   * Brings a job to another status in one transaction, if its epoch and its status are those seen.
   * Where the status asks for it, the epoch is raised by one and an earlier refusal removed. The
   * pending checkpoints are aborted, and must still be pending. The seen request is removed if it
   * is still there. A checkpoint of its own that is to be restored, or that an undo would lead to,
   * must be completed; a directory that is to be restored from must not be one that the job has
   * claimed for good. A claim that is not confirmed gives way to what a restore claims, if
   * anything.
   */
  boolean move(Job seen, JobStatus to, List<Checkpoint.Pending> aborting, Instant now);

  /**
   * Raises a job's format at a user's request, if the job has the format seen. From then on it is
   * written in the other format, which no release before that one reads. The seen request is
   * removed with it and must still be there.
   */
  boolean upgrade(Job seen, FormatVersion to);

  /** Removes the seen request, if it is still there: it was served. */
  boolean serve(Job seen);

  /** Removes the seen request if it is still there, and leaves the reason. */
  boolean refuse(Job seen, String reason, Instant now);

  /**
   * Leaves on the item why the settings there cannot be kept: they make the job unreadable, so that
   * nothing of it was seen. Where an item cannot have such settings, does nothing.
   */
  default void refuseSettings(JobId job, String reason, Instant now) {}

  /**
   * Leaves on the item why what is under way cannot go on, if the job is in the epoch seen and
   * nobody asks for anything.
   */
  boolean explain(Job seen, Job.Refusal refusal);
}
