package dev.cairn.backend.heap;

import dev.cairn.cbor.Cbor;
import dev.cairn.function.ExactSerializer;
import dev.cairn.operator.UserCode;
import java.util.Objects;

/**
 * The codec of a single value in a cell. A shared value is kept as the object itself; any other
 * only as bytes, so that a change of the user's object never changes state.
 */
record Single<T>(ExactSerializer<T> serializer, boolean shared) implements Codec {

  /** Reads a present cell. */
  @SuppressWarnings("unchecked") // a cell's live value was put there by its own codec
  T read(Cells cells, Cell cell) {
    Object live = cell.value;
    if (live != null) {
      return (T) live;
    }
    T decoded;
    try {
      decoded = serializer.deserialize(cell.encoded());
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      throw cells.unreadable(cell, e);
    }
    if (shared) {
      cell.value = decoded;
      cells.measure(cell);
    }
    return decoded;
  }

  /**
   * Returns the form in which a value is kept, for {@link #write}: the value itself or its bytes.
   *
   * @throws IllegalArgumentException if it would not be read back as it is
   */
  Object keep(T value) {
    Objects.requireNonNull(value, "a state's value is null; clear or remove it instead");
    if (!shared) {
      return Cbor.requireItem(serializer.serializeExactly(value));
    }
    serializer.requireExact(value);
    return value;
  }

  void write(Cells cells, Cell cell, Object kept) {
    if (shared) {
      cells.write(cell, null, kept);
    } else {
      cells.write(cell, (byte[]) kept, null);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // a cell's live value was put there by its own codec
  public byte[] encode(Object value) {
    return encodeTyped((T) value);
  }

  private byte[] encodeTyped(T value) {
    return Cbor.requireItem(serializer.serialize(value));
  }
}
