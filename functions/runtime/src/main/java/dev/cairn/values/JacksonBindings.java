package dev.cairn.values;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.AccessorNamingStrategy;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.DefaultAccessorNamingStrategy;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How Jackson binds records, optionals and times, for events and for state. */
public final class JacksonBindings {
  private JacksonBindings() {}

  /** Adds the binding to a mapper that is being built. */
  public static <M extends ObjectMapper, B extends MapperBuilder<M, B>> B bind(B builder) {
    return builder
        // A pattern's names of months and days are not those of the machine's locale.
        .defaultLocale(Locale.ROOT)
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
}
