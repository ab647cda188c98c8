package dev.cairn.job;

import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The forks of a job, and the job that a fork began from. */
public interface ForkStore {

  /**
   * Begins the child and keeps its files in one transaction, if the parent has the epoch seen, the
   * checkpoint is completed, the request seen is still there, and no job has the child's name. The
   * request is removed with it.
   *
   * @param seen the parent
   */
  boolean fork(Job seen, Fork fork);

  /** By the child's name; also those that are released, until they are forgotten. */
  List<Fork> forks(JobId parent);

  /**
   * The fork that the job is; empty if it is none, or needs nothing but its own files. A released
   * one has lost the files that it began from, and may have journals and checkpoints that need
   * them.
   */
  Optional<Fork> forkedFrom(JobId child);

  /**
   * Releases the files of a cancelled fork at a user's request, in one transaction, if the child
   * has the epoch and the status seen and is cancelled. The child's epoch is raised, so that
   * whoever read it before cannot resume or restore it; its item keeps the released fork.
   */
  boolean unfork(Job child, Fork fork, Instant at);

  /** From here on the child needs none of the files. Does nothing if that was said before. */
  void release(Fork fork, Instant at);

  /** A released fork's files have been collected: nothing has to be known of it any more. */
  void forget(Fork fork);
}
