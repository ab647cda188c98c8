package dev.cairn.function;

/** How often a record can affect state, under Flink's names. */
public enum CheckpointingMode {
  /** Each record affects state exactly once. */
  EXACTLY_ONCE,
  /**
   * Flink's mode without alignment. Cairn refuses it by name: a job with one stage aligns nothing,
   * so the weaker guarantee would save nothing.
   */
  AT_LEAST_ONCE
}
