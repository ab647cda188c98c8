package dev.cairn.job;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import java.util.List;
import java.util.Optional;

/**
 * What a job has claimed. A claim is registered by {@link CheckpointStore#move} alone, in the
 * transaction that begins the restore, and the next restore takes it back unless it is confirmed.
 */
public interface ClaimStore {

  /** Confirmed or not; at most one is not. */
  List<Claim> claims(JobId job);

  /**
   * Makes the files the job's for good, if no restore has begun since the one that claimed them.
   *
   * @param savepoint the job's own savepoint that they are; it must be completed, is not being
   *     restored from, and is subsumed with it
   */
  boolean confirm(Claim claim, Optional<CheckpointId> savepoint);

  /** Its files are gone: nothing has to be known of it any more. */
  void forget(Claim confirmed);
}
