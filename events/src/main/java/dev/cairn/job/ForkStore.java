package dev.cairn.job;

import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Stores the forks of a job, and the job that a fork began from. */
public interface ForkStore {

  /**
   * Creates the child and the reference to its files in one transaction, if the parent's epoch is
   * unchanged, the checkpoint is completed, the request is still there, and no job has the child's
   * name. The request is removed.
   *
   * @param seen the parent as it was read
   */
  boolean fork(Job seen, Fork fork);

  /** Returns all forks by the child's name, including released ones until they are removed. */
  List<Fork> forks(JobId parent);

  /**
   * Returns the fork of a child job; empty if the job is not a fork, or needs only its own files. A
   * released fork has lost the files that it began from, although its journals and checkpoints may
   * need them.
   */
  Optional<Fork> forkedFrom(JobId child);

  /**
   * Releases the files of a cancelled fork on a user's request, in one transaction, if the child's
   * epoch and status are unchanged. The child's epoch is increased, so that a coordinator that read
   * it before cannot resume or restore it; the child's item keeps the released fork.
   */
  boolean unfork(Job child, Fork fork, Instant at);

  /**
   * Marks the fork as released: the child no longer needs the files. Does nothing if it was
   * released before.
   */
  void release(Fork fork, Instant at);

  /** Removes a released fork whose files have been collected. */
  void forget(Fork fork);
}
