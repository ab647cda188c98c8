package dev.cairn.backend.heap;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The values of cells before the current record changed them, in reused arrays. */
final class UndoLog {
  private static final byte CHANGED = 1;
  private static final byte CREATED = 2;

  private @Nullable Cell[] cells = new Cell[16];
  private byte[] @Nullable [] bytes = new byte[16][];
  private @Nullable Object[] values = new Object[16];
  private byte[] flags = new byte[16];
  private int size;

  int size() {
    return size;
  }

  void add(Cell cell) {
    add(cell, cell.changed ? CHANGED : 0);
  }

  /** Records that the cell did not exist before; it is absent after an undo. */
  void addCreated(Cell cell) {
    add(cell, CREATED);
  }

  Cell cell(int index) {
    Cell cell = cells[index];
    if (cell == null) {
      throw new IndexOutOfBoundsException(index);
    }
    return cell;
  }

  boolean created(int index) {
    return (flags[index] & CREATED) != 0;
  }

  void restore(int index) {
    Cell cell = cell(index);
    cell.bytes = bytes[index];
    cell.value = values[index];
    cell.changed = (flags[index] & CHANGED) != 0;
  }

  void clear() {
    // Released entries must not prevent garbage collection.
    Arrays.fill(cells, 0, size, null);
    Arrays.fill(bytes, 0, size, null);
    Arrays.fill(values, 0, size, null);
    size = 0;
  }

  private void add(Cell cell, byte flag) {
    if (size == cells.length) {
      grow();
    }
    cells[size] = cell;
    bytes[size] = cell.bytes;
    values[size] = cell.value;
    flags[size] = flag;
    size++;
  }

  private void grow() {
    int length = 2 * cells.length;
    cells = Arrays.copyOf(cells, length);
    bytes = Arrays.copyOf(bytes, length);
    values = Arrays.copyOf(values, length);
    flags = Arrays.copyOf(flags, length);
  }
}
