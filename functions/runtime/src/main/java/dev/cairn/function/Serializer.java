package dev.cairn.function;

import dev.cairn.state.ValueType;
import java.util.Optional;

/**
 * Turns a value of state into bytes and back.
 *
 * <p>The bytes are exactly one CBOR data item (RFC 8949), so that any tool prints state without the
 * user's classes. Equal values give equal bytes, in every container. What a serializer of your own
 * writes is read back at once: a value that comes back as another one is refused, and its record
 * fails.
 *
 * @param <T> the value; never null
 */
public interface Serializer<T> {

  /**
   * Names the format: stored in every checkpoint, and a state that is declared with another one is
   * refused before it is read. Such as {@code long} or {@code record:com.example.Delays}; without
   * commas.
   */
  String id();

  /**
   * Encodes a value.
   *
   * @throws RuntimeException if the value cannot be stored
   */
  byte[] serialize(T value);

  /**
   * Decodes a value.
   *
   * @param bytes what {@link #serialize} returned; must not be changed
   * @throws RuntimeException if the bytes are not such a value
   */
  T deserialize(byte[] bytes);

  /**
   * Whether a value can be shared between the function and its state: nobody can change it, and it
   * comes back from its bytes as it was. Only then is the object itself kept, and serialized once
   * per batch; otherwise it is serialized at every update and decoded at every read, so that
   * changing an object that was handed out never changes state.
   */
  boolean immutable();

  /**
   * The type of the values as checkpoints describe it, with its components: a change of it that
   * would misread what is stored is refused by name. Empty if only {@link #id} is to be compared.
   */
  default Optional<ValueType> type() {
    return Optional.empty();
  }
}
