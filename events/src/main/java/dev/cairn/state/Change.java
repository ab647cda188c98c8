package dev.cairn.state;

/** A change of one cell of state. */
public sealed interface Change {
  StateKey key();

  /** The cell has a new serialized value. The array is not copied and must not be changed. */
  record Put(StateKey key, byte[] value) implements Change {}

  /** The cell was removed. */
  record Removed(StateKey key) implements Change {}
}
