package dev.cairn.settings;

/** What to do about a damaged journal when no checkpoint is left that could be restored. */
public enum DamagedHeadFallback {
  /** The job fails, and waits for someone to decide. */
  FAIL,
  /** The job begins anew, at the beginning of the stream. */
  FROM_BEGINNING
}
