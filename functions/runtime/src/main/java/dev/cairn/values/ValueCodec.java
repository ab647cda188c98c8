package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes the values of one type as CBOR, reads them back, and refuses what would not come back. */
public abstract class ValueCodec {

  /** The value that stands for a missing value of a component or an element. */
  enum Absence {
    /** Nothing: a primitive is always there. */
    IMPOSSIBLE,
    /** The reference null. */
    NULL,
    /** An empty Optional, which is stored as null; null itself is refused. */
    EMPTY
  }

  ValueCodec() {}

  /** Writes a value that {@link #check} has accepted. */
  abstract void write(Object value, JsonGenerator out) throws IOException;

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if the bytes are not such a value
   */
  abstract Object read(CborReader in);

  /**
   * Refuses a value that would not be read back as it is.
   *
   * @param depth how many values of recursive types it lies within
   * @throws UnstorableException if it would not
   */
  abstract void check(Object value, int depth);

  /** Whether nobody can change a value, so that the object itself may be kept beside its bytes. */
  public abstract boolean isImmutable();

  /** Whether {@code equals} compares everything that is stored; arrays only know identity. */
  abstract boolean hasExactEquals();

  /**
   * Whether equal values have equal bytes, so that a map finds its entry by the bytes of its key. A
   * class that only Jackson knows is believed to be so.
   */
  public boolean hasOneForm() {
    return true;
  }

  /** The type as checkpoints describe it. */
  public abstract ValueType type();

  Absence absence() {
    return Absence.NULL;
  }

  /** The value of a component that was added after the bytes were written. */
  @Nullable Object absent() {
    return null;
  }

  /**
   * Refuses a value that would not be read back as it is.
   *
   * @throws UnstorableException if it would not
   */
  public final void check(Object value) {
    check(value, 0);
  }

  /**
   * Encodes a value that will be read back as it is.
   *
   * @throws UnstorableException if it would not
   */
  public byte[] encodeChecked(Object value) {
    check(value);
    return encode(value);
  }

  /** Encodes a value that {@link #check} has accepted. */
  public final byte[] encode(Object value) {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(128);
        JsonGenerator out = StateMapper.CBOR.createGenerator(bytes)) {
      write(value, out);
      out.flush();
      return bytes.toByteArray();
    } catch (UnstorableException e) {
      throw e;
    } catch (IOException e) {
      throw new UnstorableException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Decodes a value.
   *
   * @throws IllegalArgumentException if the bytes are not such a value
   */
  public final Object decode(byte[] bytes) {
    CborReader in = new CborReader(bytes);
    if (absence() != Absence.EMPTY && in.skipNull()) {
      throw new UnstorableException("the stored value is null");
    }
    Object value = read(in);
    in.requireEnd();
    return value;
  }

  static UncheckedIOException impossible(IOException e) {
    return new UncheckedIOException("an array cannot fail to be written or read", e);
  }
}
