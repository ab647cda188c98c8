package dev.cairn.function;

/** How often a record may be part of a state, by Flink's names. */
public enum CheckpointingMode {
  /** Each record counts once, always. */
  EXACTLY_ONCE,
  /**
   * Flink's mode without alignment. It is refused by name: a job of one stage aligns nothing, so
   * the weaker guarantee would save nothing.
   */
  AT_LEAST_ONCE
}
