package dev.cairn.settings;

/**
 * Whether the checkpoints of a cancelled job are kept or deleted. A failed job always keeps its
 * checkpoints.
 */
public enum RetentionOnCancellation {
  RETAIN_ON_CANCELLATION,
  DELETE_ON_CANCELLATION
}
