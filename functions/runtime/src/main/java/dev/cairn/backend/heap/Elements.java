package dev.cairn.backend.heap;

import dev.cairn.cbor.Cbor;
import dev.cairn.function.ExactSerializer;
import dev.cairn.operator.UserCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The codec of a list in a cell. Its live value is an {@link AppendList} of the elements themselves
 * if they are shared, otherwise of their bytes.
 */
record Elements<T>(ExactSerializer<T> serializer, boolean shared) implements Codec {
  private static final int LOOK_AHEAD = 8;

  /** Returns the elements for the user. */
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
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      throw cells.unreadable(cell, e);
    }
    return List.copyOf(decoded);
  }

  /**
   * Returns the form in which an element is kept, for {@link #append}: the element itself or its
   * bytes.
   */
  Object keep(T element) {
    Objects.requireNonNull(element, "a list state holds no null");
    if (!shared) {
      return Cbor.requireItem(serializer.serializeExactly(element));
    }
    serializer.requireExact(element);
    return element;
  }

  /**
   * Returns the form in which a list is kept, for {@link #write}.
   *
   * @param cell the cell that holds the current list, if any: shared elements that are in it
   *     already need no check
   */
  AppendList<Object> keepAll(Cells cells, @Nullable Cell cell, List<T> elements) {
    List<Object> before =
        shared && cell != null && cell.isPresent() ? live(cells, cell) : List.of();
    Object[] kept = elements.toArray(new Object[0]);
    int next = 0;
    for (int i = 0; i < kept.length; i++) {
      int found = indexOf(before, next, kept[i]);
      if (found >= 0) {
        next = found + 1;
      } else {
        kept[i] = keepAny(kept[i]);
      }
    }
    return AppendList.wrapping(kept);
  }

  /** Returns the index of this object, shortly after a place; -1 if it is not found. */
  private static int indexOf(List<Object> elements, int from, Object element) {
    int end = Math.min(elements.size(), from + LOOK_AHEAD);
    for (int i = from; i < end; i++) {
      if (elements.get(i) == element) {
        return i;
      }
    }
    return -1;
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

  /** Decodes an element, which is encoded again with its list and must be unchanged then. */
  private T exactElement(byte[] item) {
    T element = serializer.deserialize(item);
    serializer.requireExact(element);
    return element;
  }

  @SuppressWarnings("unchecked") // a cell's live value was put there by its own codec
  private AppendList<Object> live(Cells cells, Cell cell) {
    if (cell.value == null) {
      try {
        List<Object> elements = new ArrayList<>();
        for (byte[] item : Cbor.toItems(cell.encoded())) {
          elements.add(shared ? exactElement(item) : item);
        }
        cell.value = AppendList.copyOf(elements);
        cells.measure(cell);
      } catch (Throwable e) {
        UserCode.rethrowIfNotItsOwn(e);
        throw cells.unreadable(cell, e);
      }
    }
    return (AppendList<Object>) cell.value;
  }
}
