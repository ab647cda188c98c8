package dev.cairn.operator;

/** When a backend serializes the values of immutable types. */
public enum Serialization {
  /** When changes are drained: once for each changed cell, however often it changed. */
  AT_DRAIN,
  /**
   * At every update, so that a value that cannot be stored fails the record that leaves it, rather
   * than the batch. Slower; for finding that record after an {@link UnwritableStateException}.
   */
  AT_ONCE
}
