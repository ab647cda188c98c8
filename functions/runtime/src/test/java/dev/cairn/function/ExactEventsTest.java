package dev.cairn.function;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cairn.values.JacksonBindings;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExactEventsTest {
  enum Color {
    RED,
    @JsonProperty("green")
    GREEN
  }

  record Long_(long v) {}

  record Int_(int v) {}

  record Short_(short v) {}

  record Byte_(byte v) {}

  record Double_(double v) {}

  record Float_(float v) {}

  record Boolean_(boolean v) {}

  record Char_(char v) {}

  record BoxedLong(Long v) {}

  record BoxedBoolean(Boolean v) {}

  record Text(String v) {}

  record Big(BigInteger v) {}

  record Decimal(BigDecimal v) {}

  record At(Instant v) {}

  record Day(LocalDate v) {}

  record Time(LocalTime v) {}

  record Local(LocalDateTime v) {}

  record Zoned(ZonedDateTime v) {}

  record Pause(Duration v) {}

  record InYear(Year v) {}

  record InMonth(YearMonth v) {}

  record OldDate(Date v) {}

  record Paint(Color v) {}

  record OnDay(DayOfWeek v) {}

  record MaybeInt(OptionalInt v) {}

  record MaybeLong(OptionalLong v) {}

  record MaybeDouble(OptionalDouble v) {}

  record MaybeText(Optional<String> v) {}

  record MaybeBoxed(Optional<Integer> v) {}

  record Longs(List<Long> v) {}

  record LongArray(long[] v) {}

  record DoubleArray(double[] v) {}

  record FloatArray(float[] v) {}

  record ByteArray(byte[] v) {}

  record BooleanArray(boolean[] v) {}

  record Counts(Map<String, Integer> v) {}

  record Colors(Set<Color> v) {}

  record Nested(Long_ v) {}

  record Id(UUID v) {}

  record Formatted(@JsonFormat(pattern = "dd/MM/yyyy") LocalDate v) {}

  record Epoch(@JsonFormat(shape = JsonFormat.Shape.NUMBER) Instant v) {}

  record FormattedTime(@JsonFormat(pattern = "yyyy-MM-dd HH:mm:ss") LocalDateTime v) {}

  record FormattedName(@JsonFormat(pattern = "dd MMM uuuu") LocalDate v) {}

  record FormattedDate(@JsonFormat(pattern = "yyyy-MM-dd") Date v) {}

  record EpochDate(@JsonFormat(shape = JsonFormat.Shape.NUMBER) Date v) {}

  record OldCalendar(Calendar v) {}

  record OldTimestamp(java.sql.Timestamp v) {}

  record OldDay(java.sql.Date v) {}

  record Zone(TimeZone v) {}

  record Any(Object v) {}

  record Tree(JsonNode v) {}

  record Days(EnumSet<DayOfWeek> v) {}

  record IntKeys(Map<Integer, String> v) {}

  record ByteKeys(Map<Byte, String> v) {}

  record DoubleKeys(Map<Double, String> v) {}

  record DayKeys(Map<LocalDate, String> v) {}

  record TimeKeys(Map<Instant, String> v) {}

  record DateKeys(Map<Date, String> v) {}

  record IdKeys(Map<UUID, String> v) {}

  record Doubles(List<Double> v) {}

  private static Object read(String type, String value) throws Exception {
    Class<?> event = Class.forName(ExactEventsTest.class.getName() + "$" + type);
    return Deserializers.json(event).deserialize(("{\"v\":" + value + "}").getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "Long_|1250|1250",
        "Long_|1250.0|1250",
        "Long_|1.25e3|1250",
        "Long_|\"1250\"|1250",
        "Long_|-9223372036854775808|-9223372036854775808",
        "Int_|\"-3\"|-3",
        "Byte_|-128|-128",
        "Double_|0.1|0.1",
        "Double_|\"0.1\"|0.1",
        "Double_|-0.0|-0.0",
        "Double_|9007199254740992|9.007199254740992E15",
        "Float_|0.1|0.1",
        "Boolean_|true|true",
        "Boolean_|\"false\"|false",
        "Char_|\"ü\"|ü",
        "BoxedLong|null|null",
        "BoxedBoolean|null|null",
        "Text|\"\"|''",
        "Text|\" 007\"|' 007'",
        "Text|null|null",
        "Text|7|7",
        "Text|1.50|1.50",
        "Big|1e2|100",
        "Decimal|12.750|12.750",
        "Decimal|\"1e400\"|1E+400",
        "At|\"2013-01-01T05:15-05:00\"|2013-01-01T10:15:00Z",
        "Day|\"2013-01-31\"|2013-01-31",
        "Pause|\"PT1.5S\"|PT1.5S",
        "InYear|2013|2013",
        "InMonth|\"2013-01\"|2013-01",
        "Paint|\"RED\"|RED",
        "Paint|\"green\"|GREEN",
        "OnDay|\"MONDAY\"|MONDAY",
        "MaybeInt|null|OptionalInt.empty",
        "MaybeLong|\"7\"|OptionalLong[7]",
        "MaybeBoxed|null|Optional.empty",
        "Longs|[1,\"2\",3.0]|[1, 2, 3]",
        "Formatted|\"31/01/2013\"|2013-01-31",
        "Epoch|1356998400.5|2013-01-01T00:00:00.500Z",
        "FormattedTime|\"2013-02-28 23:59:59\"|2013-02-28T23:59:59",
        "FormattedName|\"28 Feb 2013\"|2013-02-28",
        "OldDay|\"2013-01-31\"|2013-01-31",
        "IntKeys|{\"-7\":\"a\"}|{-7=a}",
        "DoubleKeys|{\"1\":\"a\",\"0.1\":\"b\"}|{1.0=a, 0.1=b}",
        "TimeKeys|{\"2013-01-01T10:15Z\":\"a\"}|{2013-01-01T10:15:00Z=a}",
        "Any|0.0|0.0",
        "Any|0e400|0.0",
      })
  void whatFitsIsRead(String type, String value, String expected) throws Exception {
    assertThat(read(type, value)).hasToString(type + "[v=" + expected + "]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "Long_|1250.75",
        "Long_|\"1250.75\"",
        "Long_|\"\"",
        "Long_|\" 1\"",
        "Long_|\"1_000\"",
        "Long_|\"+1\"",
        "Long_|\"0x10\"",
        "Long_|\"NaN\"",
        "Long_|null",
        "Long_|true",
        "Long_|[1]",
        "Long_|{}",
        "Long_|9223372036854775808",
        "Long_|1e400",
        "Long_|1e1000000000",
        "Int_|2147483648",
        "Int_|0.5",
        "Short_|32768",
        "Byte_|128",
        "Byte_|255",
        "Double_|1e400",
        "Double_|-1e400",
        "Double_|1e-400",
        "Double_|9007199254740993",
        "Double_|\"NaN\"",
        "Double_|\"Infinity\"",
        "Double_|NaN",
        "Double_|null",
        "Double_|\"\"",
        "Double_|true",
        "Float_|1e39",
        "Float_|16777217",
        "Boolean_|7",
        "Boolean_|0",
        "Boolean_|1",
        "Boolean_|null",
        "Boolean_|\"\"",
        "Boolean_|\"True\"",
        "Boolean_|\"yes\"",
        "Char_|\"\"",
        "Char_|\"ab\"",
        "Char_|65",
        "BoxedLong|\"\"",
        "BoxedLong|1.5",
        "BoxedBoolean|0",
        "Text|true",
        "Text|[\"a\"]",
        "Text|{}",
        "Big|0.5",
        "Big|\"\"",
        "Big|1e1000000000",
        "Decimal|\"\"",
        "Decimal|\"x\"",
        "At|1686752151386",
        "At|1686752151",
        "At|1686752151.5",
        "At|\"1686752151386\"",
        "At|\"\"",
        "At|\"2013-01-01\"",
        "At|\"2013-01-01T10:15\"",
        "At|\"2013-02-30T10:15Z\"",
        "Day|1686752151",
        "Day|[2013,1,31]",
        "Day|\"2013-01-31T10:15:00Z\"",
        "Day|\"\"",
        "Day|\"2013-02-30\"",
        "Time|3600",
        "Time|[10,15]",
        "Local|1686752151",
        "Local|\"2013-01-01T10:15Z\"",
        "Zoned|1686752151",
        "Pause|1500",
        "Pause|1.5",
        "Pause|\"1500\"",
        "Pause|\"\"",
        "InMonth|201301",
        "OldDate|1686752151386",
        "OldDate|\"1686752151386\"",
        "Paint|0",
        "Paint|1",
        "Paint|\"0\"",
        "Paint|\"\"",
        "Paint|\"red\"",
        "Paint|\" RED\"",
        "Paint|\"BLUE\"",
        "OnDay|1",
        "OnDay|\"Monday\"",
        "MaybeInt|\"\"",
        "MaybeInt|1.5",
        "MaybeLong|9223372036854775808",
        "MaybeDouble|1e400",
        "MaybeText|true",
        "MaybeBoxed|\"\"",
        "Longs|[1.5]",
        "Longs|\"\"",
        "Longs|1",
        "LongArray|[1.5]",
        "LongArray|[\"\"]",
        "LongArray|[null]",
        "DoubleArray|[1e400]",
        "DoubleArray|[null]",
        "Counts|{\"a\":1.5}",
        "Counts|{\"a\":1,\"a\":2}",
        "Colors|[0]",
        "Nested|\"\"",
        "Nested|[]",
        "Nested|{\"v\":1,\"v\":1}",
        "Double_|9007199254740993.0",
        "Float_|16777217.00",
        "DoubleArray|[1e-400]",
        "DoubleArray|[\"NaN\"]",
        "DoubleArray|[9007199254740993]",
        "DoubleArray|\"AAAAAAAAAAA=\"",
        "FloatArray|[1e-60]",
        "FloatArray|[\"Infinity\"]",
        "ByteArray|[200]",
        "BooleanArray|[1]",
        "Any|1e-400",
        "Any|1e400",
        "Tree|[1,1e-400]",
        "Formatted|\"31/02/2013\"",
        "Formatted|\"31/04/2013\"",
        "FormattedTime|\"2013-02-30 10:00:00\"",
        "FormattedTime|\"2013-02-28 24:00:00\"",
        "FormattedDate|\"2013-02-30\"",
        "FormattedDate|\"2013-02-28 and more\"",
        "FormattedDate|\"13-2-1\"",
        "FormattedDate|1686752151386",
        "Epoch|1356998400.1234567891",
        "Epoch|1e400",
        "EpochDate|\"2013-02-30\"",
        "EpochDate|1.5",
        "OldDate|\"2013-02-30T00:00Z\"",
        "OldDate|\"2013-01-01T10:15:00.123456Z\"",
        "OldCalendar|1686752151386",
        "OldCalendar|\"2013\"",
        "OldCalendar|\"2013-02-30T00:00:00Z\"",
        "OldTimestamp|1686752151386",
        "OldTimestamp|\"2013-01-01T00:00:00.123456Z\"",
        "OldDay|1686752151386",
        "OldDay|\"2013-02-30\"",
        "Zone|\"Europe/Pari\"",
        "Days|[null]",
        "Days|[0]",
        "IntKeys|{\"01\":\"a\",\"1\":\"b\"}",
        "IntKeys|{\"+1\":\"a\"}",
        "IntKeys|{\"1.5\":\"a\"}",
        "ByteKeys|{\"255\":\"a\"}",
        "DoubleKeys|{\"1e400\":\"a\"}",
        "DoubleKeys|{\"1e-400\":\"a\"}",
        "DoubleKeys|{\"NaN\":\"a\"}",
        "DoubleKeys|{\"0x1p3\":\"a\"}",
        "DayKeys|{\"\":\"a\"}",
        "DayKeys|{\"2013-02-30\":\"a\"}",
        "TimeKeys|{\"1686752151386\":\"a\"}",
        "DateKeys|{\"1686752151386\":\"a\"}",
        "IdKeys|{\"1-1-1-1-1\":\"a\"}",
        "Id|\"\"",
        "Id|7",
      })
  void whatDoesNotFitIsAPoisonRecord(String type, String value) {
    assertThatThrownBy(() -> read(type, value)).isInstanceOf(Exception.class);
  }

  record Arrays(
      double[] doubles, float[] floats, long[] longs, int[][] ints, byte[] bytes, byte[] base64) {}

  @Test
  void anArrayTakesWhatItsElementsTake() throws Exception {
    Arrays read =
        Deserializers.json(Arrays.class)
            .deserialize(
                "{\"doubles\":[1,2.5,\"0.1\"],\"floats\":[1,0.1],\"longs\":[1.0,\"2\"],\"ints\":[[1],[],null],\"bytes\":[-128,127],\"base64\":\"gH8=\"}"
                    .getBytes(UTF_8));
    assertThat(read)
        .usingRecursiveComparison()
        .isEqualTo(
            new Arrays(
                new double[] {1, 2.5, 0.1},
                new float[] {1, 0.1f},
                new long[] {1, 2},
                new int[][] {{1}, {}, null},
                new byte[] {-128, 127},
                new byte[] {-128, 127}));
  }

  @Test
  void aPatternReadsTheSameWhereverTheMachineStands() {
    ObjectMapper mapper = JacksonBindings.bind(JsonMapper.builder()).build();
    assertThat(mapper.getDeserializationConfig().getLocale()).isEqualTo(Locale.ROOT);
    assertThat(mapper.getSerializationConfig().getLocale()).isEqualTo(Locale.ROOT);
    assertThat(mapper.getDeserializationConfig().getTimeZone().toZoneId())
        .isEqualTo(ZoneId.of("UTC"));
  }

  record Order(String customer, long cents) {}

  private static Order order(String json) throws Exception {
    return Deserializers.json(Order.class).deserialize(json.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "{\"customer\":\"ada\",\"cents\":1,\"cents\":2}",
        "{\"cents\":1,\"cents\":2,\"customer\":\"ada\"}",
        "{\"customer\":\"ada\",\"customer\":\"ada\",\"cents\":1}",
        "{\"cents\":1,\"customer\":\"ada\",\"cents\":1}",
        "{\"cents\":1,\"customer\":\"ada\",\"x\":1,\"x\":2}",
      })
  void aFieldThatOccursTwiceIsRefusedWhereverItIs(String json) {
    assertThatThrownBy(() -> order(json)).hasMessageContaining("Duplicate field");
  }

  @Test
  void aRefusalNamesTheFieldAndWhatToDo() {
    assertThatThrownBy(() -> order("{\"customer\":\"ada\"}"))
        .hasMessageContaining("field \"cents\" is absent")
        .hasMessageContaining("declare an Optional");
    assertThatThrownBy(() -> order("{\"customer\":\"ada\",\"cents\":1250.75}"))
        .hasMessageContaining("1250.75 does not fit long exactly")
        .hasMessageContaining("\"cents\"");
    assertThatThrownBy(() -> read("At", "1686752151386"))
        .hasMessageContaining("declare a long and convert it");
  }

  @Test
  void aRowOfACsvFileIsTextAndFits() throws Exception {
    assertThat(order("{\"customer\":\"ada\",\"cents\":\"1250\"}"))
        .isEqualTo(new Order("ada", 1250));
  }
}
