package dev.cairn.values;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.AbstractDeserializer;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;

/** How Jackson stores the types that no other codec knows. */
final class StateMapper {
  /** Reads whatever can be written: limits protect from strangers' input, and this is our own. */
  static final CBORFactory CBOR =
      CBORFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          // A key is data: interning each would keep it for ever.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .build();

  static final ObjectMapper JACKSON = strict(CBORMapper.builder(CBOR));

  private StateMapper() {}

  /** Whether Jackson knows itself which class a value of an abstract type gets. */
  static boolean readsAbstract(JavaType type) {
    DefaultDeserializationContext context =
        ((DefaultDeserializationContext) JACKSON.getDeserializationContext())
            .createDummyInstance(JACKSON.getDeserializationConfig());
    try {
      return !(context.findNonContextualValueDeserializer(type) instanceof AbstractDeserializer);
    } catch (JsonMappingException e) {
      return false;
    }
  }

  private static ObjectMapper strict(CBORMapper.Builder builder) {
    return JacksonBindings.bind(builder)
        .addModule(new SimpleModule().setSerializerModifier(new UnorderedSets()))
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .build();
  }
}
