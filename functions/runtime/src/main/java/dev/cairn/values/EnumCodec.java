package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An enum constant as its name. */
final class EnumCodec extends ValueCodec {
  private final Class<?> type;
  private final Map<String, Object> byName = new HashMap<>();

  EnumCodec(Class<?> type) {
    this.type = type;
    for (Object constant : List.of(type.getEnumConstants())) {
      byName.put(((Enum<?>) constant).name(), constant);
    }
  }

  @Override
  void write(Object value, JsonGenerator out) throws IOException {
    out.writeString(((Enum<?>) value).name());
  }

  @Override
  Object read(CborReader in) {
    return ofName(in.readText());
  }

  Object ofName(String name) {
    Object constant = byName.get(name);
    if (constant == null) {
      throw new UnstorableException(
          "the constant "
              + name
              + " is stored, which enum "
              + type.getName()
              + " no longer has; add it again, or restore a checkpoint without it");
    }
    return constant;
  }

  @Override
  void check(Object value, int depth) {}

  @Override
  public boolean isImmutable() {
    return true;
  }

  @Override
  boolean hasExactEquals() {
    return true;
  }

  @Override
  public ValueType type() {
    return ValueType.enumeration(type.getName(), byName.keySet());
  }
}
