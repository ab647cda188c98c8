package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A map as a CBOR map with text keys. It comes back as a map that can be changed. */
final class MapCodec extends ValueCodec {
  private final TextKey keys;
  private final NullableCodec values;
  private final CollectionCodec.Order order;
  private final Supplier<Map<Object, Object>> create;

  MapCodec(
      TextKey keys,
      ValueCodec values,
      CollectionCodec.Order order,
      Supplier<Map<Object, Object>> create) {
    this.keys = keys;
    this.values = new NullableCodec(values);
    this.order = order;
    this.create = create;
  }

  @Override
  void write(Object value, JsonGenerator out) throws IOException {
    Map<?, ?> map = (Map<?, ?>) value;
    out.writeStartObject(value);
    if (order == CollectionCodec.Order.BY_BYTES) {
      SortedMap<String, @Nullable Object> byText = new TreeMap<>();
      map.forEach((key, one) -> byText.put(keys.text(key), one));
      for (Map.Entry<String, @Nullable Object> entry : byText.entrySet()) {
        out.writeFieldName(entry.getKey());
        values.write(entry.getValue(), out);
      }
    } else {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.writeFieldName(keys.text(entry.getKey()));
        values.write(entry.getValue(), out);
      }
    }
    out.writeEndObject();
  }

  @Override
  Object read(CborReader in) {
    Map<Object, @Nullable Object> map = create.get();
    long entered = in.enterMap();
    for (long read = 0; in.hasMore(entered, read); read++) {
      String text = in.readText();
      try {
        map.put(keys.parse(text), values.read(in));
      } catch (RuntimeException e) {
        throw UnstorableException.within("[" + text + "]", e);
      }
    }
    return map;
  }

  @Override
  void check(Object value, int depth) {
    if (order == CollectionCodec.Order.NATURAL) {
      SortOrderCheck.requireNatural(value);
    }
    Map<?, ?> map = (Map<?, ?>) value;
    Map<String, Object> byText = new HashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (entry.getKey() == null) {
        throw new UnstorableException("a map's key is null, which cannot be stored");
      }
      String text = keys.requireText(entry.getKey());
      if (byText.put(text, entry.getKey()) != null) {
        throw new UnstorableException(
            "two keys of a map are both stored as \"" + text + "\", so that one would be lost");
      }
      try {
        values.check(entry.getValue(), depth);
      } catch (RuntimeException e) {
        throw UnstorableException.within("[" + text + "]", e);
      }
    }
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  boolean hasExactEquals() {
    return values.codec().hasExactEquals();
  }

  @Override
  public boolean hasOneForm() {
    return order != CollectionCodec.Order.KEPT && values.codec().hasOneForm();
  }

  @Override
  public ValueType type() {
    return ValueType.named("Map", keys.type(), values.codec().type());
  }
}
