package dev.cairn.settings;

/** The reaction to a damaged journal when no checkpoint is left to restore. */
public enum DamagedHeadFallback {
  /** The job fails, and waits for a user's decision. */
  FAIL,
  /** The job restarts without state, at the beginning of the stream. */
  FROM_BEGINNING
}
