package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cbor.CborReader;
import dev.cairn.state.ValueType;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Java array as an array of its elements. */
final class ArrayCodec extends ValueCodec {
  private final Class<?> elementType;
  private final NullableCodec element;

  ArrayCodec(Class<?> elementType, ValueCodec element) {
    this.elementType = elementType;
    this.element = new NullableCodec(element);
  }

  @Override
  void write(Object value, JsonGenerator out) throws IOException {
    int length = Array.getLength(value);
    out.writeStartArray(value, length);
    for (int i = 0; i < length; i++) {
      element.write(Array.get(value, i), out);
    }
    out.writeEndArray();
  }

  @Override
  Object read(CborReader in) {
    List<@Nullable Object> elements = new ArrayList<>();
    long entered = in.enterArray();
    for (int i = 0; in.hasMore(entered, i); i++) {
      try {
        elements.add(element.read(in));
      } catch (RuntimeException e) {
        throw UnstorableException.within("[" + i + "]", e);
      }
    }
    Object array = Array.newInstance(elementType, elements.size());
    for (int i = 0; i < elements.size(); i++) {
      Array.set(array, i, elements.get(i));
    }
    return array;
  }

  @Override
  void check(Object value, int depth) {
    if (elementType.isPrimitive() && elementType != char.class) {
      return;
    }
    for (int i = 0; i < Array.getLength(value); i++) {
      try {
        element.check(Array.get(value, i), depth);
      } catch (RuntimeException e) {
        throw UnstorableException.within("[" + i + "]", e);
      }
    }
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
  public boolean hasOneForm() {
    return element.codec().hasOneForm();
  }

  @Override
  public ValueType type() {
    return ValueType.named("Array", element.codec().type());
  }
}
