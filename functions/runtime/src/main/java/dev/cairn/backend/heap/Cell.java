package dev.cairn.backend.heap;

import dev.cairn.operator.UnwritableStateException;
import dev.cairn.operator.UserCode;
import dev.cairn.state.StateKey;
import org.jspecify.annotations.Nullable;

/**
 * One cell of state: absent, encoded, decoded, or both. If both, the bytes are the stored form. An
 * absent cell remains in its place until its removal was drained.
 */
final class Cell {
  final KeyedState owner;
  final Slot slot;
  final MapKey place;

  byte @Nullable [] bytes;
  @Nullable Object value;
  boolean changed;

  /** The bytes that this cell counts in {@link Cells#retainedBytes()}. */
  long retained;

  Cell(KeyedState owner, Slot slot, MapKey place) {
    this.owner = owner;
    this.slot = slot;
    this.place = place;
  }

  boolean isPresent() {
    return bytes != null || value != null;
  }

  StateKey key() {
    return StateKey.of(owner.hash, owner.partitionKey, slot.schema().name(), place.bytes());
  }

  /** Returns the bytes of a present cell, serializing them now if necessary. */
  byte[] encoded() {
    if (bytes != null) {
      return bytes;
    }
    if (value == null) {
      throw new IllegalStateException("cell " + key() + " is absent");
    }
    try {
      return slot.encode(value);
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      throw new UnwritableStateException(key(), slot.schema().serializers(), e);
    }
  }
}
