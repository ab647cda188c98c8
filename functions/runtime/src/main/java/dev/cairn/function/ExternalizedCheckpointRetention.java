package dev.cairn.function;

/**
 * What becomes of the checkpoints of a job that is cancelled, with the constants that Flink has.
 */
public enum ExternalizedCheckpointRetention {
  DELETE_ON_CANCELLATION,
  RETAIN_ON_CANCELLATION,
  /** Refused by name: checkpoints outlive a failure here, always. */
  NO_EXTERNALIZED_CHECKPOINTS
}
