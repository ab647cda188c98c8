package dev.cairn.function;

import java.util.List;

/**
 * A list per key, stored as a whole: changing it costs its length once per batch, so it suits the
 * last few of something rather than everything ever seen.
 *
 * <p>A list without elements and no list are the same.
 */
public interface ListState<T> {
  /** An unmodifiable snapshot of the current key's list. */
  List<T> get();

  void add(T element);

  /** Replaces the list by a copy of this one. */
  void update(List<T> elements);

  void clear();
}
