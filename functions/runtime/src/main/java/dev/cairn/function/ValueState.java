package dev.cairn.function;

import java.util.Optional;

/**
 * One value per key.
 *
 * <p>A value that was handed out and then changed is not stored: only {@link #update} stores.
 */
public interface ValueState<T> {
  /** The current key's value, empty if it has none. */
  Optional<T> value();

  void update(T value);

  void clear();
}
