package dev.cairn.state;

/** What became of one cell of state. */
public sealed interface Change {
  StateKey key();

  /** The cell has this serialized value now; the array is not copied and must not change. */
  record Put(StateKey key, byte[] value) implements Change {}

  /** The cell is gone. */
  record Removed(StateKey key) implements Change {}
}
