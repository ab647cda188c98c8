package dev.cairn.values;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cairn.cbor.CborReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
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
import java.time.format.DateTimeFormatter;
import java.util.Currency;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;

/** The codecs of the types without parts. The bytes are those that Jackson writes. */
final class ScalarCodecs {
  private static final Map<Class<?>, ScalarCodec<?>> BY_TYPE = new HashMap<>();

  static {
    number(
        Byte.class,
        byte.class,
        (v, out) -> out.writeNumber((int) v),
        ScalarCodecs::readByte,
        (byte) 0);
    number(
        Short.class,
        short.class,
        (v, out) -> out.writeNumber((int) v),
        ScalarCodecs::readShort,
        (short) 0);
    number(
        Integer.class, int.class, (v, out) -> out.writeNumber((int) v), ScalarCodecs::readInt, 0);
    number(Long.class, long.class, (v, out) -> out.writeNumber((long) v), CborReader::readLong, 0L);
    number(Float.class, float.class, ScalarCodecs::writeFloat, CborReader::readFloat, 0f);
    number(Double.class, double.class, ScalarCodecs::writeDouble, CborReader::readDouble, 0.0);
    number(
        Boolean.class,
        boolean.class,
        (v, out) -> out.writeBoolean(v),
        CborReader::readBoolean,
        false);
    ScalarCodec<Character> character =
        ScalarCodec.of(
                Character.class,
                (v, out) -> out.writeString(v.toString()),
                ScalarCodecs::readCharacter)
            .checked((leaf, v) -> requireText(v.toString()));
    add(Character.class, character);
    add(char.class, character.primitive(char.class, '\0'));

    add(
        String.class,
        ScalarCodec.of(String.class, (v, out) -> out.writeString(v), CborReader::readText)
            .checked((leaf, v) -> requireText(v)));
    add(
        BigInteger.class,
        ScalarCodec.of(BigInteger.class, (v, out) -> out.writeNumber(v), CborReader::readBigInteger)
            .checked((leaf, v) -> requireNoSubclass(v, BigInteger.class)));
    add(
        BigDecimal.class,
        ScalarCodec.of(BigDecimal.class, (v, out) -> out.writeNumber(v), CborReader::readDecimal)
            .checked(ScalarCodecs::checkDecimal));
    add(
        byte[].class,
        ScalarCodec.of(byte[].class, (v, out) -> out.writeBinary(v), CborReader::readBytes)
            .mutable());
    add(
        UUID.class,
        ScalarCodec.of(UUID.class, (v, out) -> out.writeBinary(bytes(v)), ScalarCodecs::readUuid));
    add(
        OptionalInt.class,
        ScalarCodec.of(OptionalInt.class, ScalarCodecs::writeInt, ScalarCodecs::readOptionalInt)
            .optional(OptionalInt.empty()));
    add(
        OptionalLong.class,
        ScalarCodec.of(OptionalLong.class, ScalarCodecs::writeLong, ScalarCodecs::readOptionalLong)
            .optional(OptionalLong.empty()));
    add(
        OptionalDouble.class,
        ScalarCodec.of(
                OptionalDouble.class, ScalarCodecs::writeDouble, ScalarCodecs::readOptionalDouble)
            .optional(OptionalDouble.empty()));

    text(Instant.class, Instant::toString, Instant::parse);
    text(LocalDate.class, LocalDate::toString, LocalDate::parse);
    text(LocalTime.class, DateTimeFormatter.ISO_LOCAL_TIME::format, LocalTime::parse);
    text(LocalDateTime.class, DateTimeFormatter.ISO_LOCAL_DATE_TIME::format, LocalDateTime::parse);
    text(OffsetTime.class, OffsetTime::toString, OffsetTime::parse);
    text(
        OffsetDateTime.class,
        DateTimeFormatter.ISO_OFFSET_DATE_TIME::format,
        OffsetDateTime::parse);
    readBack(
        ZonedDateTime.class, DateTimeFormatter.ISO_ZONED_DATE_TIME::format, ZonedDateTime::parse);
    readBack(Duration.class, Duration::toString, Duration::parse);
    text(Period.class, Period::toString, Period::parse);
    DateTimeFormatter yearMonth = DateTimeFormatter.ofPattern("uuuu-MM", Locale.ROOT);
    text(YearMonth.class, yearMonth::format, text -> YearMonth.parse(text, yearMonth));
    text(MonthDay.class, MonthDay::toString, MonthDay::parse);
    text(Year.class, Year::toString, text -> Year.of(Integer.parseInt(text)));
    readBack(ZoneId.class, ZoneId::getId, ZoneId::of);
    text(ZoneOffset.class, ZoneOffset::getId, ZoneOffset::of);
    readBack(URI.class, URI::toString, URI::create);
    text(Currency.class, Currency::getCurrencyCode, Currency::getInstance);
  }

  private ScalarCodecs() {}

  static Optional<ValueCodec> of(Class<?> type) {
    return Optional.ofNullable(BY_TYPE.get(type));
  }

  /**
   * Refuses text that UTF-8 cannot say: two different texts would become the same bytes.
   *
   * @throws UnstorableException if it holds half of a surrogate pair
   */
  static void requireText(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new UnstorableException(
              "text of "
                  + text.length()
                  + " characters holds half of a surrogate pair, which UTF-8 cannot store; it was cut"
                  + " in the middle of a character, or was never text");
        }
        i++;
      }
    }
  }

  private static void add(Class<?> type, ScalarCodec<?> leaf) {
    BY_TYPE.put(type, leaf);
  }

  private static <T> void number(
      Class<T> wrapper,
      Class<T> primitive,
      ScalarCodec.Writer<T> writer,
      Function<CborReader, T> reader,
      T zero) {
    ScalarCodec<T> leaf = ScalarCodec.of(wrapper, writer, reader);
    add(wrapper, leaf);
    add(primitive, leaf.primitive(primitive, zero));
  }

  private static <T> void text(Class<T> type, Function<T, String> text, Function<String, T> parse) {
    add(type, textLeaf(type, text, parse));
  }

  /** Text that does not always name the same value again, such as a zone's rules. */
  private static <T> void readBack(
      Class<T> type, Function<T, String> text, Function<String, T> parse) {
    add(type, textLeaf(type, text, parse).readBack());
  }

  private static <T> ScalarCodec<T> textLeaf(
      Class<T> type, Function<T, String> text, Function<String, T> parse) {
    return ScalarCodec.of(
        type,
        (value, out) -> out.writeString(text.apply(value)),
        in -> {
          String stored = in.readText();
          try {
            return parse.apply(stored);
          } catch (RuntimeException e) {
            throw new UnstorableException(
                "\"" + stored + "\" is stored, which is not a " + type.getSimpleName(), e);
          }
        });
  }

  private static byte readByte(CborReader in) {
    return (byte) in.readLong(Byte.MIN_VALUE, Byte.MAX_VALUE);
  }

  private static short readShort(CborReader in) {
    return (short) in.readLong(Short.MIN_VALUE, Short.MAX_VALUE);
  }

  private static int readInt(CborReader in) {
    return (int) in.readLong(Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private static char readCharacter(CborReader in) {
    String text = in.readText();
    if (text.length() != 1) {
      throw new UnstorableException("\"" + text + "\" is stored, which is not one character");
    }
    return text.charAt(0);
  }

  private static void checkDecimal(ScalarCodec<BigDecimal> leaf, BigDecimal value) {
    requireNoSubclass(value, BigDecimal.class);
    if (value.scale() == Integer.MIN_VALUE) {
      throw new UnstorableException(
          "a decimal number's scale of " + value.scale() + " is too small");
    }
  }

  private static void requireNoSubclass(Object value, Class<?> type) {
    if (value.getClass() != type) {
      throw new UnstorableException(
          "a " + value.getClass().getName() + " would come back as a " + type.getName());
    }
  }

  private static byte[] bytes(UUID uuid) {
    return ByteBuffer.allocate(16)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  private static UUID readUuid(CborReader in) {
    byte[] bytes = in.readBytes();
    if (bytes.length != 16) {
      throw new UnstorableException(bytes.length + " bytes are stored, and a UUID has 16");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }

  /** There are many patterns of bits for NaN, which are equal and have to be equal bytes. */
  private static void writeFloat(float value, JsonGenerator out) throws IOException {
    out.writeNumber(Float.intBitsToFloat(Float.floatToIntBits(value)));
  }

  /** There are many patterns of bits for NaN, which are equal and have to be equal bytes. */
  private static void writeDouble(double value, JsonGenerator out) throws IOException {
    out.writeNumber(Double.longBitsToDouble(Double.doubleToLongBits(value)));
  }

  private static void writeInt(OptionalInt value, JsonGenerator out) throws IOException {
    if (value.isPresent()) {
      out.writeNumber(value.getAsInt());
    } else {
      out.writeNull();
    }
  }

  private static void writeLong(OptionalLong value, JsonGenerator out) throws IOException {
    if (value.isPresent()) {
      out.writeNumber(value.getAsLong());
    } else {
      out.writeNull();
    }
  }

  private static void writeDouble(OptionalDouble value, JsonGenerator out) throws IOException {
    if (value.isPresent()) {
      writeDouble(value.getAsDouble(), out);
    } else {
      out.writeNull();
    }
  }

  private static OptionalInt readOptionalInt(CborReader in) {
    return in.skipNull() ? OptionalInt.empty() : OptionalInt.of(readInt(in));
  }

  private static OptionalLong readOptionalLong(CborReader in) {
    return in.skipNull() ? OptionalLong.empty() : OptionalLong.of(in.readLong());
  }

  private static OptionalDouble readOptionalDouble(CborReader in) {
    return in.skipNull() ? OptionalDouble.empty() : OptionalDouble.of(in.readDouble());
  }
}
