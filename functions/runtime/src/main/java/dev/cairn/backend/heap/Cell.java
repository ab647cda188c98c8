package dev.cairn.backend.heap;

import dev.cairn.operator.UnwritableStateException;
import dev.cairn.operator.UserCode;
import dev.cairn.state.StateKey;
import org.jspecify.annotations.Nullable;

/**
 * One cell of state: absent, encoded, decoded, or both. With both, the bytes are what is stored. It
 * stays in its place while it is absent, until the removal was drained.
 */
final class Cell {
  final KeyedState owner;
  final Slot slot;
  final MapKey place;

  byte @Nullable [] bytes;
  @Nullable Object value;
  boolean changed;

  /** What this cell is counted as in {@link Cells#retainedBytes()}. */
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

  /** The cell's bytes, serialized now if they are not there; present cells only. */
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
