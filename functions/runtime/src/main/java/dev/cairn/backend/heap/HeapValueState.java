package dev.cairn.backend.heap;

import dev.cairn.function.ValueState;
import java.util.Optional;

record HeapValueState<T>(Cells cells, Slot slot, Single<T> codec) implements ValueState<T> {
  @Override
  public Optional<T> value() {
    Cell cell = cells.single(slot);
    return cell == null || !cell.isPresent()
        ? Optional.empty()
        : Optional.of(codec.read(cells, cell));
  }

  @Override
  public void update(T value) {
    // Checked before a cell is created, so that a value that cannot be kept leaves no trace.
    Object kept = codec.keep(value);
    codec.write(cells, cells.singleOrNew(slot), kept);
  }

  @Override
  public void clear() {
    Cell cell = cells.single(slot);
    if (cell != null) {
      cells.remove(cell);
    }
  }
}
