package dev.cairn.backend.heap;

import dev.cairn.state.StateKey;
import java.util.List;

/**
 * Estimates the heap bytes of a state's objects, on a 64-bit JVM with compressed references (heaps
 * below 32 GB).
 *
 * <p>Bytes, cells and keys are counted exactly. The size of a user's object is estimated from the
 * length of its serialized form, which is within a factor of two for numbers, texts, and records
 * and lists of them. A new value counts with its previous size until it is drained, because its
 * length is known only then.
 */
final class Footprint {
  // The key's object and its slots, its hash, its text without characters, its place in the map.
  private static final int KEY = 210;
  private static final int CELL = 40;
  // A map's user key: its object, its array without bytes, its place in the map.
  private static final int PLACE = 100;
  private static final int ARRAY = 16;
  private static final int VALUE = 32;
  private static final int VALUE_FACTOR = 2;
  private static final int ELEMENT = 36;
  // A cell of a state that the function does not declare: two arrays and a place in a tree.
  private static final int UNDECLARED = 160;

  private Footprint() {}

  static long of(KeyedState key) {
    return KEY + key.partitionKey.length();
  }

  /** Returns the cell's footprint, as far as it is known without serializing its value. */
  static long of(Cell cell) {
    byte[] bytes = cell.bytes;
    if (bytes != null) {
      return of(cell, bytes.length);
    }
    long shell = shell(cell);
    return cell.value == null ? shell : Math.max(shell + VALUE, cell.retained);
  }

  /** Returns the footprint of a cell whose serialized value has this length. */
  static long of(Cell cell, int encodedBytes) {
    byte[] bytes = cell.bytes;
    Object value = cell.value;
    long stored = bytes == null ? 0 : ARRAY + bytes.length;
    long live = value == null ? 0 : VALUE + (long) VALUE_FACTOR * encodedBytes;
    long elements = value instanceof List<?> list ? (long) ELEMENT * list.size() : 0;
    return shell(cell) + stored + live + elements;
  }

  private static long shell(Cell cell) {
    return CELL + (cell.slot.isMap() ? PLACE + cell.place.bytes().length : 0);
  }

  static long ofUndeclared(StateKey key, byte[] value) {
    return UNDECLARED + (long) key.bytes().length + value.length;
  }
}
