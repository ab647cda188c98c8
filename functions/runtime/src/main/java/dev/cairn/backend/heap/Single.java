package dev.cairn.backend.heap;

import dev.cairn.cbor.Cbor;
import dev.cairn.function.ExactSerializer;
import dev.cairn.operator.UserCode;
import java.util.Objects;

/**
 * One value in a cell. A shared one is kept as the object itself; any other only as bytes, so that
 * what the user does to an object never reaches state.
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
   * What to keep of a value: itself or its bytes, for {@link #write}.
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
