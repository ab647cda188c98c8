package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A type that Jackson binds, such as a class with setters or with annotations. How it is stored is
 * known to Jackson alone, so that each value is read back before it is accepted.
 */
final class JacksonCodec extends ValueCodec {
  private final JavaType javaType;
  private final ValueType type;
  private final ObjectWriter writer;
  private final ObjectReader reader;

  JacksonCodec(JavaType javaType, ValueType type) {
    this.javaType = javaType;
    this.type = type;
    this.writer = StateMapper.JACKSON.writerFor(javaType);
    this.reader = StateMapper.JACKSON.readerFor(javaType);
  }

  @Override
  void write(Object value, JsonGenerator out) throws IOException {
    try {
      writer.writeValue(out, value);
    } catch (JsonProcessingException e) {
      throw new UnstorableException(e.getOriginalMessage(), e);
    }
  }

  @Override
  Object read(CborReader in) {
    Object value = read(in.item());
    if (value == null) {
      throw new UnstorableException("the stored value is null");
    }
    return value;
  }

  private @Nullable Object read(byte[] item) {
    try {
      return reader.readValue(item);
    } catch (JsonProcessingException e) {
      throw new UnstorableException(e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UnstorableException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  void check(Object value, int depth) {
    encodeChecked(value);
  }

  @Override
  public byte[] encodeChecked(Object value) {
    byte[] bytes = encode(value);
    Object back = back(value, bytes);
    if (back == null || !Arrays.equals(bytes, encode(back))) {
      throw new UnstorableException(
          shown(value) + " would come back as " + (back == null ? "null" : shown(back)));
    }
    if (Objects.deepEquals(back, value)) {
      return bytes;
    }
    // Classes without an equals of their own know identity only; their fields have to do.
    if (Objects.deepEquals(back, back(value, bytes))) {
      throw new UnstorableException(
          shown(value)
              + " would come back as "
              + shown(back)
              + ", which is not equal to it; store what the class needs, or use a record");
    }
    Optional<String> difference = FieldDifference.between(value, back);
    if (difference.isPresent()) {
      throw new UnstorableException(
          shown(value)
              + " would come back as another one"
              + (difference.get().isEmpty()
                  ? ""
                  : ": its field \"" + difference.get() + "\" differs")
              + "; give each field a getter and a setter, make it transient if it need not be stored,"
              + " or use a record");
    }
    return bytes;
  }

  private @Nullable Object back(Object value, byte[] bytes) {
    try {
      return read(bytes);
    } catch (UnstorableException e) {
      throw new UnstorableException(shown(value) + " cannot be read back: " + e.getMessage(), e);
    }
  }

  private static String shown(Object value) {
    String text = "a " + value.getClass().getName() + " " + value;
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  boolean hasExactEquals() {
    return false;
  }

  @Override
  public ValueType type() {
    return type;
  }

  @Override
  public String toString() {
    return javaType.toCanonical();
  }
}
