package dev.cairn.backend.heap;

import dev.cairn.function.ListState;
import java.util.List;

record HeapListState<T>(Cells cells, Slot slot, Elements<T> codec) implements ListState<T> {
  @Override
  public List<T> get() {
    Cell cell = cells.single(slot);
    return cell == null || !cell.isPresent() ? List.of() : codec.read(cells, cell);
  }

  @Override
  public void add(T element) {
    Object kept = codec.keep(element);
    codec.append(cells, cells.singleOrNew(slot), kept);
  }

  @Override
  public void update(List<T> elements) {
    AppendList<Object> kept = codec.keepAll(cells, cells.single(slot), elements);
    if (kept.isEmpty()) {
      clear();
    } else {
      codec.write(cells, cells.singleOrNew(slot), kept);
    }
  }

  @Override
  public void clear() {
    Cell cell = cells.single(slot);
    if (cell != null) {
      cells.remove(cell);
    }
  }
}
