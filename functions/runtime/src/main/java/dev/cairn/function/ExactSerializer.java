package dev.cairn.function;

/**
 * A serializer that refuses what would not be read back as it was written, so that a container that
 * holds a value and a container that reads it hold the same state.
 *
 * @param <T> the value; never null
 */
public interface ExactSerializer<T> extends Serializer<T> {

  /**
   * Refuses a value that would not be read back as it is. A value that passed is encoded by {@link
   * #serialize} later.
   *
   * @throws IllegalArgumentException if it would not
   */
  void requireExact(T value);

  /**
   * Encodes a value that will be read back as it is.
   *
   * @throws IllegalArgumentException if it would not
   */
  default byte[] serializeExactly(T value) {
    requireExact(value);
    return serialize(value);
  }
}
