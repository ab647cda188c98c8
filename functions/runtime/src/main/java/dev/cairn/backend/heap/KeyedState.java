package dev.cairn.backend.heap;

import dev.cairn.state.KeyHash;
import org.jspecify.annotations.Nullable;

/**
 * All state of one partition key under one hash: for each declared state a {@link Cell} or its
 * {@link MapCells}.
 */
final class KeyedState {
  final String partitionKey;
  final KeyHash hash;

  /** Whether the key can be part of a {@link dev.cairn.state.StateKey}. */
  final boolean storable;

  final @Nullable Object[] slots;

  /** Whether the hash is known to be the partition key's own. */
  boolean isOwn;

  /** The number of cells, including absent ones; a key without cells can be removed. */
  int cells;

  KeyedState(String partitionKey, KeyHash hash, boolean storable, int slots) {
    this.partitionKey = partitionKey;
    this.hash = hash;
    this.storable = storable;
    this.slots = new Object[slots];
  }
}
