package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.ContextualSerializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.type.CollectionType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;

/**
 * Makes Jackson write the elements of a set in the order of their bytes. A set promises no order,
 * and that of {@code Set.of} differs from one process to the next; equal sets must be equal bytes.
 */
final class UnorderedSets extends BeanSerializerModifier {
  private static final long serialVersionUID = 1;

  @Override
  public JsonSerializer<?> modifyCollectionSerializer(
      SerializationConfig config,
      CollectionType type,
      BeanDescription description,
      JsonSerializer<?> serializer) {
    Class<?> raw = type.getRawClass();
    return Set.class.isAssignableFrom(raw) && !EnumSet.class.isAssignableFrom(raw)
        ? new Sorting(serializer)
        : serializer;
  }

  private static final class Sorting extends StdSerializer<Collection<?>>
      implements ContextualSerializer {
    private static final long serialVersionUID = 1;

    private final JsonSerializer<Object> elements;

    @SuppressWarnings("unchecked") // it writes any collection
    Sorting(JsonSerializer<?> elements) {
      super(Collection.class, false);
      this.elements = (JsonSerializer<Object>) elements;
    }

    @Override
    public JsonSerializer<?> createContextual(SerializerProvider provider, BeanProperty property)
        throws JsonMappingException {
      return new Sorting(provider.handleSecondaryContextualization(elements, property));
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Collection<?> value) {
      return value.isEmpty();
    }

    @Override
    public void serialize(Collection<?> value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      elements.serialize(sorted(value, provider), out, provider);
    }

    @Override
    public void serializeWithType(
        Collection<?> value, JsonGenerator out, SerializerProvider provider, TypeSerializer type)
        throws IOException {
      elements.serializeWithType(sorted(value, provider), out, provider, type);
    }

    private static Object sorted(Collection<?> value, SerializerProvider provider)
        throws IOException {
      // A set with a comparator of its own comes back without it, which its order gives away.
      if (value.size() < 2 || value instanceof SortedSet<?> set && set.comparator() != null) {
        return value;
      }
      List<Map.Entry<byte[], Object[]>> byBytes = new ArrayList<>(value.size());
      for (Object element : value) {
        byBytes.add(Map.entry(bytes(element, provider), new Object[] {element}));
      }
      byBytes.sort(Map.Entry.comparingByKey(Comparator.nullsFirst(Arrays::compareUnsigned)));
      List<Object> sorted = new ArrayList<>(value.size());
      byBytes.forEach(entry -> sorted.add(entry.getValue()[0]));
      return sorted;
    }

    private static byte[] bytes(Object element, SerializerProvider provider) throws IOException {
      try (ByteArrayBuilder bytes = new ByteArrayBuilder(64);
          JsonGenerator out = StateMapper.CBOR.createGenerator(bytes)) {
        provider.defaultSerializeValue(element, out);
        out.flush();
        return bytes.toByteArray();
      }
    }
  }
}
