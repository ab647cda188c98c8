package dev.cairn.function;

import dev.cairn.cbor.Cbor;
import dev.cairn.state.ValueType;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/** A user's own serializer: only reading each value back proves that it is exact. */
final class VerifiedSerializer<T> implements ExactSerializer<T> {
  private final Serializer<T> serializer;

  VerifiedSerializer(Serializer<T> serializer) {
    this.serializer = serializer;
  }

  @Override
  public String id() {
    return serializer.id();
  }

  @Override
  public byte[] serialize(T value) {
    return Cbor.requireItem(serializer.serialize(value));
  }

  @Override
  public T deserialize(byte[] bytes) {
    return serializer.deserialize(bytes);
  }

  @Override
  public boolean immutable() {
    return serializer.immutable();
  }

  @Override
  public Optional<ValueType> type() {
    return serializer.type();
  }

  @Override
  public void requireExact(T value) {
    serializeExactly(value);
  }

  @Override
  public byte[] serializeExactly(T value) {
    byte[] bytes = serialize(value);
    T back = deserialize(bytes);
    if (!Arrays.equals(bytes, serializer.serialize(back)) || !isSame(value, back, bytes)) {
      throw new IllegalArgumentException(
          "serializer "
              + id()
              + " does not read back what it writes: "
              + value
              + " would come back as "
              + back);
    }
    return bytes;
  }

  /** A class without an {@code equals} of its own knows identity only; its bytes have to do. */
  private boolean isSame(T value, T back, byte[] bytes) {
    return Objects.deepEquals(value, back)
        || (!immutable() && !Objects.deepEquals(back, deserialize(bytes)));
  }
}
