package dev.cairn.backend.heap;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An unmodifiable list whose longer versions share its array. Adding an element therefore needs no
 * copy, and an earlier version remains valid, to which an undo returns.
 */
final class AppendList<T> extends AbstractList<T> implements RandomAccess {
  private final Shared shared;
  private final int size;

  private AppendList(Shared shared, int size) {
    this.shared = shared;
    this.size = size;
  }

  static <T> AppendList<T> copyOf(List<? extends T> elements) {
    return wrapping(elements.toArray(new Object[0]));
  }

  /** Wraps the array, which no other code may use afterwards. */
  static <T> AppendList<T> wrapping(Object[] elements) {
    return new AppendList<>(new Shared(elements, elements.length), elements.length);
  }

  AppendList<T> plus(T element) {
    Shared target = shared;
    if (target.used != size) {
      // A longer version exists already and uses the next place.
      target = new Shared(Arrays.copyOf(shared.elements, size), size);
    }
    if (size == target.elements.length) {
      target.elements = Arrays.copyOf(target.elements, Math.max(4, size + size / 2));
    }
    target.elements[size] = element;
    target.used = size + 1;
    return new AppendList<>(target, size + 1);
  }

  @Override
  @SuppressWarnings("unchecked") // only elements of this type are added
  public T get(int index) {
    return (T) shared.elements[Objects.checkIndex(index, size)];
  }

  @Override
  public int size() {
    return size;
  }

  private static final class Shared {
    private Object[] elements;
    private int used;

    Shared(Object[] elements, int used) {
      this.elements = elements;
      this.used = used;
    }
  }
}
