package dev.cairn.function;

import java.util.Optional;

/**
 * One value per key.
 *
 * <p>Changing a returned value does not change the state; only {@link #update} does.
 */
public interface ValueState<T> {
  /** The current key's value, empty if it has none. */
  Optional<T> value();

  void update(T value);

  void clear();
}
