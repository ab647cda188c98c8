package dev.cairn.settings;

/** What becomes of the checkpoints of a job that is cancelled; one that fails keeps them. */
public enum RetentionOnCancellation {
  RETAIN_ON_CANCELLATION,
  DELETE_ON_CANCELLATION
}
