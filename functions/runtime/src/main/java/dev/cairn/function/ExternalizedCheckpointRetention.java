package dev.cairn.function;

/** Whether the checkpoints of a cancelled job are kept or deleted, with Flink's constants. */
public enum ExternalizedCheckpointRetention {
  DELETE_ON_CANCELLATION,
  RETAIN_ON_CANCELLATION,
  /** Refused by name: Cairn always keeps the checkpoints of a failed job. */
  NO_EXTERNALIZED_CHECKPOINTS
}
