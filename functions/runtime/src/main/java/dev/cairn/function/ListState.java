package dev.cairn.function;

import java.util.List;

/**
 * A list per key, stored as a whole: changing it costs its length once per batch. It suits a few
 * recent elements rather than an unbounded history.
 *
 * <p>An empty list is not stored.
 */
public interface ListState<T> {
  /** Returns an unmodifiable snapshot of the current key's list. */
  List<T> get();

  void add(T element);

  /** Replaces the current key's list by a copy of the given list. */
  void update(List<T> elements);

  void clear();
}
