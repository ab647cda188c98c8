package dev.cairn.function;

import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Year;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.function.Function;

/**
 * Reads the name of an object's field as the key of a map. Two names of one whole number, such as
 * 07 and 7, would become one key; only the shortest is read.
 */
final class ExactKey extends KeyDeserializer {
  private final Class<?> type;
  private final Function<String, ?> parse;

  ExactKey(Class<?> type, Function<String, ?> parse) {
    this.type = type;
    this.parse = parse;
  }

  static void addTo(SimpleModule module) {
    addOneName(module, Byte.class, Byte::valueOf);
    addOneName(module, Short.class, Short::valueOf);
    addOneName(module, Integer.class, Integer::valueOf);
    addOneName(module, Long.class, Long::valueOf);
    addOneName(module, BigInteger.class, BigInteger::new);
    addOneName(module, Year.class, text -> Year.of(Integer.parseInt(text)));
    addOneName(module, UUID.class, UUID::fromString);
    add(module, Float.class, text -> ExactNumber.toFloat(ExactNumber.requireNumber(text)));
    add(module, Double.class, text -> ExactNumber.toDouble(ExactNumber.requireNumber(text)));
    add(module, BigDecimal.class, text -> new BigDecimal(ExactNumber.requireNumber(text)));
    add(module, ZoneId.class, ZoneId::of);
    add(module, ZoneOffset.class, ZoneOffset::of);
  }

  static <T> void add(SimpleModule module, Class<T> type, Function<String, T> parse) {
    module.addKeyDeserializer(type, new ExactKey(type, parse));
  }

  private static <T> void addOneName(
      SimpleModule module, Class<T> type, Function<String, T> parse) {
    add(
        module,
        type,
        text -> {
          T key = parse.apply(text);
          if (!key.toString().equals(text)) {
            throw new IllegalArgumentException("it is written " + key);
          }
          return key;
        });
  }

  @Override
  public Object deserializeKey(String text, DeserializationContext context) throws IOException {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
      return context.handleWeirdKey(
          type, text, "it is not exactly such a key: %s", String.valueOf(e.getMessage()));
    }
  }
}
