package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A value without parts that are values themselves. */
final class ScalarCodec<T> extends ValueCodec {

  /** Writes one value. */
  interface Writer<T> {
    void write(T value, JsonGenerator out) throws IOException;
  }

  private final String name;
  private final Writer<T> writer;
  private final Function<CborReader, T> reader;
  private final BiConsumer<ScalarCodec<T>, T> check;
  private final boolean immutable;
  private final Absence absence;
  private final @Nullable Object absent;

  private ScalarCodec(
      String name,
      Writer<T> writer,
      Function<CborReader, T> reader,
      BiConsumer<ScalarCodec<T>, T> check,
      boolean immutable,
      Absence absence,
      @Nullable Object absent) {
    this.name = name;
    this.writer = writer;
    this.reader = reader;
    this.check = check;
    this.immutable = immutable;
    this.absence = absence;
    this.absent = absent;
  }

  /** A type whose every value comes back. */
  static <T> ScalarCodec<T> of(Class<T> type, Writer<T> writer, Function<CborReader, T> reader) {
    return new ScalarCodec<>(
        type.getSimpleName(), writer, reader, (leaf, v) -> {}, true, Absence.NULL, null);
  }

  /** A type some of whose values are refused. */
  ScalarCodec<T> checked(BiConsumer<ScalarCodec<T>, T> refuse) {
    return new ScalarCodec<>(name, writer, reader, refuse, immutable, absence, absent);
  }

  /** A type that is read back for each value, as that alone proves that it comes back. */
  ScalarCodec<T> readBack() {
    return checked(ScalarCodec::requireReadBack);
  }

  /** A type whose values can be changed. */
  ScalarCodec<T> mutable() {
    return new ScalarCodec<>(name, writer, reader, check, false, absence, absent);
  }

  /** The primitive of this wrapper. */
  ScalarCodec<T> primitive(Class<T> primitive, T zero) {
    return new ScalarCodec<>(
        primitive.getSimpleName(), writer, reader, check, immutable, Absence.IMPOSSIBLE, zero);
  }

  /** An optional number, which is stored as null if it is empty. */
  ScalarCodec<T> optional(T empty) {
    return new ScalarCodec<>(name, writer, reader, check, immutable, Absence.EMPTY, empty);
  }

  private void requireReadBack(T value) {
    T back;
    try {
      back = reader.apply(new CborReader(encode(value)));
    } catch (RuntimeException e) {
      throw new UnstorableException(name + " " + value + " cannot be read back: " + e.getMessage());
    }
    if (!back.equals(value)) {
      throw new UnstorableException(name + " " + value + " would come back as " + back);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // a codec gets values of its own type
  void write(Object value, JsonGenerator out) throws IOException {
    writer.write((T) value, out);
  }

  @Override
  Object read(CborReader in) {
    return reader.apply(in);
  }

  @Override
  @SuppressWarnings("unchecked") // a codec gets values of its own type
  void check(Object value, int depth) {
    check.accept(this, (T) value);
  }

  @Override
  public boolean isImmutable() {
    return immutable;
  }

  @Override
  boolean hasExactEquals() {
    return immutable;
  }

  @Override
  public ValueType type() {
    return ValueType.named(name);
  }

  @Override
  Absence absence() {
    return absence;
  }

  @Override
  @Nullable Object absent() {
    return absent;
  }
}
