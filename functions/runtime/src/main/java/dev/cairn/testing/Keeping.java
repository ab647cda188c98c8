package dev.cairn.testing;

import dev.cairn.function.ExactSerializer;
import dev.cairn.function.Serializer;
import dev.cairn.function.Serializers;
import java.util.Objects;

/**
 * How the harness stores a value: an immutable value as the object itself, any other as bytes, so
 * that each reader gets a copy.
 */
record Keeping<T>(ExactSerializer<T> serializer) {
  Keeping(Serializer<T> serializer) {
    this(Serializers.exact(serializer));
  }

  Object keep(T value) {
    Objects.requireNonNull(value, "a state's value is null; clear or remove it instead");
    byte[] bytes = serializer.serializeExactly(value);
    return serializer.immutable() ? value : bytes;
  }

  @SuppressWarnings("unchecked") // what is kept came from keep
  T give(Object kept) {
    return serializer.immutable() ? (T) kept : serializer.deserialize((byte[]) kept);
  }

  @SuppressWarnings("unchecked") // what is kept came from keep
  byte[] bytes(Object kept) {
    return serializer.immutable() ? serializer.serialize((T) kept) : (byte[]) kept;
  }
}
