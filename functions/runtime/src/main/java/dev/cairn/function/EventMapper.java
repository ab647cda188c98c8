package dev.cairn.function;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.cairn.values.JacksonBindings;
import java.util.EnumSet;

/**
 * How Jackson reads events, which others write: fields that are not known are ignored, and a value
 * that a component cannot hold exactly is refused rather than converted.
 */
final class EventMapper {
  static final ObjectMapper MAPPER =
      JacksonBindings.bind(JsonMapper.builder())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .withCoercionConfigDefaults(
              coercions -> {
                for (CoercionInputShape shape : CoercionInputShape.values()) {
                  coercions.setCoercion(shape, CoercionAction.Fail);
                }
              })
          // A set of enums would drop a null without a word.
          .withConfigOverride(
              EnumSet.class,
              override -> override.setSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL)))
          .addModule(exactValues())
          .build();

  private EventMapper() {}

  private static SimpleModule exactValues() {
    SimpleModule module = new SimpleModule();
    ExactNumber.addTo(module);
    ExactText.addTo(module);
    ExactTime.addTo(module);
    ExactArray.addTo(module);
    ExactKey.addTo(module);
    return module.setDeserializerModifier(
        new BeanDeserializerModifier() {
          private static final long serialVersionUID = 1;

          @Override
          public JsonDeserializer<?> modifyEnumDeserializer(
              DeserializationConfig config,
              JavaType type,
              BeanDescription description,
              JsonDeserializer<?> deserializer) {
            return new ExactEnum(deserializer);
          }

          @Override
          public JsonDeserializer<?> modifyDeserializer(
              DeserializationConfig config,
              BeanDescription description,
              JsonDeserializer<?> deserializer) {
            return ExactDate.reads(description.getBeanClass())
                ? new ExactDate(description.getBeanClass(), deserializer)
                : deserializer;
          }

          @Override
          public KeyDeserializer modifyKeyDeserializer(
              DeserializationConfig config, JavaType type, KeyDeserializer deserializer) {
            return ExactDate.reads(type.getRawClass())
                ? new ExactKey(type.getRawClass(), ExactDate::refuseKey)
                : deserializer;
          }
        });
  }
}
