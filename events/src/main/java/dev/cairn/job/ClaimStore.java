package dev.cairn.job;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import java.util.List;
import java.util.Optional;

/**
 * Stores a job's claims. Only {@link CheckpointStore#move} registers a claim, in the transaction
 * that begins the restore. The next restore takes it back unless it is confirmed.
 */
public interface ClaimStore {

  /** Returns all claims, of which at most one is not confirmed. */
  List<Claim> claims(JobId job);

  /**
   * Confirms a claim, if no restore has begun since the one that made it.
   *
   * @param savepoint the job's own savepoint if it is the claimed one; it must be completed, must
   *     not be being restored, and is subsumed in the same transaction
   */
  boolean confirm(Claim claim, Optional<CheckpointId> savepoint);

  /** Removes a claim whose files are deleted. */
  void forget(Claim confirmed);
}
