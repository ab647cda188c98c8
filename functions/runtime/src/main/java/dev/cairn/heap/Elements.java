package dev.cairn.heap;

import dev.cairn.cbor.Cbor;
import dev.cairn.function.ExactSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A list in a cell, live as an {@link AppendList} of the elements themselves if they are shared,
 * and of their bytes if not.
 */
record Elements<T>(ExactSerializer<T> serializer, boolean shared) implements Codec {

  /** The elements as the user may have them. */
  @SuppressWarnings("unchecked") // shared elements are held as they are
  List<T> read(Cells cells, Cell cell) {
    AppendList<Object> live = live(cells, cell);
    if (shared) {
      return (List<T>) (List<?>) live;
    }
    List<T> decoded = new ArrayList<>(live.size());
    try {
      for (Object element : live) {
        decoded.add(serializer.deserialize((byte[]) element));
      }
    } catch (RuntimeException e) {
      throw cells.unreadable(cell, e);
    }
    return List.copyOf(decoded);
  }

  /** What to keep of an element: itself or its bytes, for {@link #append}. */
  Object keep(T element) {
    Objects.requireNonNull(element, "a list state holds no null");
    if (!shared) {
      return Cbor.requireItem(serializer.serializeExactly(element));
    }
    serializer.requireExact(element);
    return element;
  }

  /** What to keep of a list, for {@link #write}. */
  AppendList<Object> keepAll(List<T> elements) {
    Object[] kept = elements.toArray(new Object[0]);
    for (int i = 0; i < kept.length; i++) {
      kept[i] = keepAny(kept[i]);
    }
    return AppendList.over(kept);
  }

  @SuppressWarnings("unchecked") // the array of a List<T> holds Ts
  private Object keepAny(Object element) {
    return keep((T) element);
  }

  void append(Cells cells, Cell cell, Object kept) {
    AppendList<Object> before = cell.isPresent() ? live(cells, cell) : AppendList.copyOf(List.of());
    cells.write(cell, null, before.plus(kept));
  }

  void write(Cells cells, Cell cell, AppendList<Object> kept) {
    cells.write(cell, null, kept);
  }

  @Override
  @SuppressWarnings("unchecked") // a cell's live value was put there by its own codec
  public byte[] encode(Object value) {
    List<Object> live = (List<Object>) value;
    List<byte[]> items = new ArrayList<>(live.size());
    for (Object element : live) {
      items.add(shared ? encodeElement((T) element) : (byte[]) element);
    }
    return Cbor.ofItems(items);
  }

  private byte[] encodeElement(T element) {
    return Cbor.requireItem(serializer.serialize(element));
  }

  @SuppressWarnings("unchecked") // a cell's live value was put there by its own codec
  private AppendList<Object> live(Cells cells, Cell cell) {
    if (cell.value == null) {
      try {
        List<Object> elements = new ArrayList<>();
        for (byte[] item : Cbor.toItems(cell.encoded())) {
          elements.add(shared ? serializer.deserialize(item) : item);
        }
        cell.value = AppendList.copyOf(elements);
      } catch (RuntimeException e) {
        throw cells.unreadable(cell, e);
      }
    }
    return (AppendList<Object>) cell.value;
  }
}
