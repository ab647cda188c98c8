package dev.cairn.operator;

/** When a backend serializes the values of immutable types. */
public enum Serialization {
  /** When changes are drained: once for each changed cell, independent of the number of changes. */
  AT_DRAIN,
  /**
   * At every update, so that a value that cannot be stored fails its own record rather than the
   * batch. This is slower, and is used to find that record after an {@link
   * UnwritableStateException}.
   */
  AT_ONCE
}
