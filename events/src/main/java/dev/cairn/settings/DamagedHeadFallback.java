package dev.cairn.settings;

/** What to do about a damaged journal when no checkpoint is left that could be restored. */
public enum DamagedHeadFallback {
  /** The job fails, and waits for a user's decision. */
  FAIL,
  /** The job restarts without state, at the beginning of the stream. */
  FROM_BEGINNING
}
