package dev.cairn.checkpoint;

/**
 * The owner of the files of a restored checkpoint or savepoint after the restore. Flink's {@code
 * RecoveryClaimMode} has the first two.
 */
public enum ClaimMode {
  /** Their owner keeps them. The job copies what it needs with its first snapshots. */
  NO_CLAIM,
  /** The job owns them, and deletes them when it no longer needs them. */
  CLAIM,
  /** The parent job of a fork owns them, and keeps them as long as the fork needs them. */
  SHARED
}
