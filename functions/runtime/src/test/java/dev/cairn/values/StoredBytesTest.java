package dev.cairn.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bytes are those that Jackson wrote for earlier releases. The keys of a map state are found by
 * their bytes, so that other ones would lose what is stored under them.
 */
class StoredBytesTest {
  enum Color {
    RED
  }

  record Inner(double z, Optional<Instant> a) {}

  record All(
      int i,
      Long l,
      byte b,
      short s,
      char c,
      float f,
      double d,
      boolean t,
      String text,
      Color color,
      Optional<String> o,
      OptionalInt oi,
      OptionalLong ol,
      OptionalDouble od,
      Inner inner,
      List<String> list,
      Map<String, Long> map,
      Map<Color, List<Inner>> byColor,
      int[] ints,
      byte[] bytes,
      UUID uuid,
      String missing) {}

  @SuppressWarnings("NullAway") // a component may be null
  static Stream<Object> values() {
    return Stream.of(
        new All(
            -3,
            1L << 40,
            (byte) -1,
            (short) 300,
            'ü',
            0.1f,
            -0.0,
            true,
            "ü🛩",
            Color.RED,
            Optional.of(""),
            OptionalInt.of(7),
            OptionalLong.empty(),
            OptionalDouble.of(Double.NaN),
            new Inner(1.5, Optional.of(Instant.EPOCH)),
            List.of("b", "a"),
            new TreeMap<>(Map.of("y", 1L, "x", 2L)),
            Map.of(Color.RED, List.of(new Inner(1, Optional.empty()))),
            new int[] {1, 2},
            new byte[] {1, -1},
            new UUID(1, 2),
            null),
        Color.RED,
        DayOfWeek.MONDAY,
        new BigInteger("-18446744073709551617"),
        BigInteger.TWO,
        new BigDecimal("12.750"),
        new BigDecimal("1E+3"),
        new BigDecimal("-123456789012345678901234567890.5"),
        Instant.parse("2013-01-01T10:15:00.000000001Z"),
        LocalDate.of(-1, 1, 31),
        LocalTime.of(10, 15),
        LocalTime.of(10, 15, 1, 20),
        LocalDateTime.of(2013, 1, 1, 10, 15),
        OffsetTime.of(10, 15, 0, 0, ZoneOffset.ofHours(1)),
        OffsetDateTime.parse("2013-01-01T10:15:00.120+05:30"),
        OffsetDateTime.parse("2013-01-01T10:15Z"),
        ZonedDateTime.parse("2013-10-27T02:30+01:00[Europe/Paris]"),
        Duration.ofMillis(-1),
        Period.of(1, -2, 3),
        Year.of(2013),
        YearMonth.of(2013, 2),
        MonthDay.of(2, 29),
        ZoneId.of("Europe/Paris"),
        ZoneOffset.ofHoursMinutes(5, 30),
        new UUID(-1, 1),
        new byte[][] {{1}, {}},
        new long[] {1, -1},
        new String[] {"a", "b"});
  }

  @ParameterizedTest
  @MethodSource("values")
  void areThoseOfEarlierReleases(Object value) throws Exception {
    Class<?> type =
        value instanceof ZoneId && !(value instanceof ZoneOffset) ? ZoneId.class : value.getClass();
    ValueCodec codec = Codecs.of(type);
    byte[] before = StateMapper.JACKSON.writerFor(type).writeValueAsBytes(value);
    assertThat(codec.encodeChecked(value)).isEqualTo(before);
    assertThat(codec).isNotInstanceOf(JacksonCodec.class);
    assertThat(codec.encode(codec.decode(before))).isEqualTo(before);
  }
}
