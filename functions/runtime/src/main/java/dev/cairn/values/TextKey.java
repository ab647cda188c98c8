package dev.cairn.values;

import dev.cairn.state.ValueType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** A map's key as text. */
final class TextKey {
  private static final Map<Class<?>, Function<String, Object>> PARSERS =
      Map.ofEntries(
          Map.entry(String.class, text -> text),
          Map.entry(Byte.class, Byte::valueOf),
          Map.entry(Short.class, Short::valueOf),
          Map.entry(Integer.class, Integer::valueOf),
          Map.entry(Long.class, Long::valueOf),
          Map.entry(Float.class, Float::valueOf),
          Map.entry(Double.class, Double::valueOf),
          Map.entry(Boolean.class, TextKey::parseBoolean),
          Map.entry(Character.class, TextKey::parseCharacter),
          Map.entry(BigInteger.class, BigInteger::new),
          Map.entry(BigDecimal.class, BigDecimal::new),
          Map.entry(UUID.class, UUID::fromString),
          Map.entry(URI.class, URI::create),
          Map.entry(Instant.class, Instant::parse),
          Map.entry(LocalDate.class, LocalDate::parse),
          Map.entry(LocalTime.class, LocalTime::parse),
          Map.entry(LocalDateTime.class, LocalDateTime::parse),
          Map.entry(OffsetDateTime.class, OffsetDateTime::parse),
          Map.entry(OffsetTime.class, OffsetTime::parse),
          Map.entry(Currency.class, Currency::getInstance),
          Map.entry(ZonedDateTime.class, ZonedDateTime::parse),
          Map.entry(Duration.class, Duration::parse),
          Map.entry(Period.class, Period::parse),
          Map.entry(Year.class, text -> Year.of(Integer.parseInt(text))),
          Map.entry(YearMonth.class, YearMonth::parse),
          Map.entry(MonthDay.class, MonthDay::parse),
          Map.entry(ZoneId.class, ZoneId::of),
          Map.entry(ZoneOffset.class, ZoneOffset::of));

  private final ValueCodec codec;
  private final Function<String, Object> parser;

  private TextKey(ValueCodec codec, Function<String, Object> parser) {
    this.codec = codec;
    this.parser = parser;
  }

  static Optional<TextKey> of(Class<?> type, ValueCodec codec) {
    if (codec instanceof EnumCodec enumCodec) {
      return Optional.of(new TextKey(codec, enumCodec::ofName));
    }
    return Optional.ofNullable(PARSERS.get(type)).map(parser -> new TextKey(codec, parser));
  }

  String text(Object key) {
    return key instanceof Enum<?> constant ? constant.name() : key.toString();
  }

  /**
   * The text of a key that is read back to the same key.
   *
   * @throws UnstorableException if there is none
   */
  String requireText(Object key) {
    String text = text(key);
    if (key instanceof String) {
      ScalarCodecs.requireText(text);
      return text;
    }
    codec.check(key);
    Object back = parse(text);
    if (!back.equals(key)) {
      throw new UnstorableException(
          "a map's key " + key + " of " + key.getClass().getName() + " would come back as " + back);
    }
    return text;
  }

  Object parse(String text) {
    try {
      return parser.apply(text);
    } catch (UnstorableException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new UnstorableException(
          "a map's key \"" + text + "\" is stored, which is not a " + codec.type(), e);
    }
  }

  ValueType type() {
    return codec.type();
  }

  private static Object parseBoolean(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }

  private static Object parseCharacter(String text) {
    if (text.length() != 1) {
      throw new IllegalArgumentException("not one character");
    }
    return text.charAt(0);
  }
}
