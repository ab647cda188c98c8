package dev.cairn.function;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.introspect.AccessorNamingStrategy;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.DefaultAccessorNamingStrategy;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.datatype.jsr310.deser.InstantDeserializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** How Jackson is set up: forgiving for events, which others write, and exact for state. */
final class Jackson {
  static final ObjectMapper EVENTS =
      common(JsonMapper.builder())
          .addModule(new SimpleModule().addDeserializer(Instant.class, new AnyIsoInstant()))
          .build();

  static final ObjectMapper STATE = common(CBORMapper.builder()).build();

  private Jackson() {}

  private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> B common(B builder) {
    return builder
        .addModule(new JavaTimeModule().disable(JavaTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID))
        .addModule(new Jdk8Module())
        .accessorNaming(new ComponentsOnly.Provider())
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        // Times keep the offset and zone that they were written with, and read well when printed.
        .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
        .enable(SerializationFeature.WRITE_DATES_WITH_ZONE_ID)
        // Reflection promises no order, and equal values must be equal bytes.
        .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
  }

  /**
   * A record is its components: a method of it that merely looks like a getter, such as {@code
   * isLate()}, is not stored.
   */
  private static final class ComponentsOnly extends DefaultAccessorNamingStrategy.RecordNaming {
    ComponentsOnly(MapperConfig<?> config, AnnotatedClass recordClass) {
      super(config, recordClass);
    }

    @Override
    public @Nullable String findNameForRegularGetter(AnnotatedMethod method, String name) {
      return _fieldNames.contains(name) ? name : null;
    }

    @Override
    public @Nullable String findNameForIsGetter(AnnotatedMethod method, String name) {
      return null;
    }

    private static final class Provider extends DefaultAccessorNamingStrategy.Provider {
      private static final long serialVersionUID = 1;

      @Override
      public AccessorNamingStrategy forRecord(MapperConfig<?> config, AnnotatedClass recordClass) {
        return new ComponentsOnly(config, recordClass);
      }
    }
  }

  /** Reads an instant with or without seconds and with any offset, as producers write it. */
  private static final class AnyIsoInstant extends StdScalarDeserializer<Instant> {
    private static final long serialVersionUID = 1;

    AnyIsoInstant() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (!in.hasToken(JsonToken.VALUE_STRING)) {
        return InstantDeserializer.INSTANT.deserialize(in, context);
      }
      String text = in.getText();
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeException e) {
        return (Instant)
            context.handleWeirdStringValue(
                Instant.class,
                text,
                "an instant looks like 2013-01-01T10:15Z or 2013-01-01T10:15:00.123Z");
      }
    }
  }
}
