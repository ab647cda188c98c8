package dev.cairn.checkpoint;

import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The forks of a job, and the job that a fork began from. */
public interface ForkStore {

  /**
   * Begins the child and keeps its files in one transaction, if the checkpoint is completed, the
   * request seen is still there, and no job has the child's name. The request is removed with it.
   *
   * @param seen the parent
   */
  boolean fork(Job seen, Fork fork);

  /** By the child's name; also those that are released, until they are forgotten. */
  List<Fork> forks(JobId parent);

  /** What the job still holds of another one's; empty if it is no fork, or no longer. */
  Optional<Fork> forkedFrom(JobId child);

  /** From here on the child needs none of the files. Does nothing if that was said before. */
  void release(Fork fork, Instant at);

  /** A released fork's files have been collected: nothing has to be known of it any more. */
  void forget(Fork fork);
}
