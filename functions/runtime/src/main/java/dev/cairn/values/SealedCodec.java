package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** A sealed type as a map with one entry: the subtype's simple name and the value. */
final class SealedCodec extends ValueCodec {
  private final Class<?> type;
  private final Map<String, ValueCodec> byName;
  private final Map<Class<?>, String> names = new HashMap<>();

  /**
   * Binds a sealed type.
   *
   * @param subtypes the codecs of the final subtypes
   */
  SealedCodec(Class<?> type, Map<Class<?>, ValueCodec> subtypes) {
    this.type = type;
    this.byName = new TreeMap<>();
    subtypes.forEach(
        (subtype, codec) -> {
          String name = subtype.getSimpleName();
          names.put(subtype, name);
          if (byName.put(name, codec) != null) {
            throw new IllegalArgumentException(
                "two subtypes of "
                    + type.getName()
                    + " are called "
                    + name
                    + ", and a value is stored under its subtype's simple name; rename one");
          }
        });
  }

  private String nameOf(Object value) {
    Class<?> subtype =
        value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
    String name = names.get(subtype);
    if (name == null) {
      throw new UnstorableException(subtype.getName() + " is not a subtype of " + type.getName());
    }
    return name;
  }

  private ValueCodec codec(String name) {
    ValueCodec codec = byName.get(name);
    if (codec == null) {
      throw new UnstorableException(
          "a "
              + name
              + " is stored, which "
              + type.getName()
              + " no longer permits; add it again, or restore a checkpoint without it");
    }
    return codec;
  }

  @Override
  void write(Object value, JsonGenerator out) throws IOException {
    String name = nameOf(value);
    out.writeStartObject();
    out.writeFieldName(name);
    codec(name).write(value, out);
    out.writeEndObject();
  }

  @Override
  Object read(CborReader in) {
    long entered = in.enterMap();
    if (!in.hasMore(entered, 0)) {
      throw new UnstorableException(
          "an empty object is stored where a " + type.getName() + " is expected");
    }
    Object value = codec(in.readText()).read(in);
    if (in.hasMore(entered, 1)) {
      throw new UnstorableException(
          "an object of more than one entry is stored where a " + type.getName() + " is expected");
    }
    return value;
  }

  @Override
  void check(Object value, int depth) {
    codec(nameOf(value)).check(value, depth);
  }

  @Override
  public boolean isImmutable() {
    return byName.values().stream().allMatch(ValueCodec::isImmutable);
  }

  @Override
  boolean hasExactEquals() {
    return byName.values().stream().allMatch(ValueCodec::hasExactEquals);
  }

  @Override
  public boolean hasOneForm() {
    return byName.values().stream().allMatch(ValueCodec::hasOneForm);
  }

  @Override
  public ValueType type() {
    Map<String, ValueType> subtypes = new TreeMap<>();
    byName.forEach((name, codec) -> subtypes.put(name, codec.type()));
    return ValueType.oneOf(type.getName(), subtypes);
  }
}
