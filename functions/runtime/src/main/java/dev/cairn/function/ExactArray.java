package dev.cairn.function;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.std.PrimitiveArrayDeserializers;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an array of a primitive type, each element as a component of the type is read. An array of
 * bytes may also be text in Base64.
 */
final class ExactArray<A> extends StdDeserializer<A> implements ContextualDeserializer {
  private static final long serialVersionUID = 1;

  private final Class<?> elementType;
  private final @Nullable JsonDeserializer<?> element;

  private ExactArray(Class<A> type, @Nullable JsonDeserializer<?> element) {
    super(type);
    this.elementType = type.getComponentType();
    this.element = element;
  }

  static void addTo(SimpleModule module) {
    add(module, boolean[].class);
    add(module, byte[].class);
    add(module, short[].class);
    add(module, int[].class);
    add(module, long[].class);
    add(module, float[].class);
    add(module, double[].class);
  }

  private static <A> void add(SimpleModule module, Class<A> type) {
    module.addDeserializer(type, new ExactArray<>(type, null));
  }

  @Override
  @SuppressWarnings("unchecked") // the class of the array that this reads
  public JsonDeserializer<?> createContextual(
      DeserializationContext context, @Nullable BeanProperty property) throws JsonMappingException {
    JavaType type = context.constructType(elementType);
    return new ExactArray<>(
        (Class<A>) handledType(), context.findContextualValueDeserializer(type, property));
  }

  @Override
  @SuppressWarnings("unchecked") // the array has the elements' type
  public A deserialize(JsonParser in, DeserializationContext context) throws IOException {
    if (elementType == byte.class && in.hasToken(JsonToken.VALUE_STRING)) {
      return (A) PrimitiveArrayDeserializers.forType(byte.class).deserialize(in, context);
    }
    if (!in.isExpectedStartArrayToken() || element == null) {
      return (A) context.handleUnexpectedToken(handledType(), in);
    }
    List<@Nullable Object> elements = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      elements.add(
          in.hasToken(JsonToken.VALUE_NULL)
              ? element.getNullValue(context)
              : element.deserialize(in, context));
    }
    Object array = Array.newInstance(elementType, elements.size());
    for (int i = 0; i < elements.size(); i++) {
      Array.set(array, i, elements.get(i));
    }
    return (A) array;
  }

  @Override
  public LogicalType logicalType() {
    return LogicalType.Array;
  }
}
