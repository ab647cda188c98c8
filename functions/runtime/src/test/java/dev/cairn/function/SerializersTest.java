package dev.cairn.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SerializersTest {
  private static final ObjectMapper ANY_TOOL = new CBORMapper();

  record Plain(
      int a,
      Long b,
      String c,
      DayOfWeek d,
      Instant e,
      Duration f,
      LocalDate g,
      OffsetDateTime h,
      ZonedDateTime i,
      Optional<String> j,
      OptionalInt k,
      Nested l,
      float m,
      char n) {
    boolean isLate() {
      return a > 0;
    }

    public int getTwice() {
      return 2 * a;
    }

    public boolean isEarly() {
      return a < 0;
    }
  }

  record Nested(double x, Optional<Instant> y) {}

  record Linked(int n, Optional<Linked> next) {}

  record WithList(List<String> names) {}

  @SuppressWarnings("ArrayRecordComponent") // which is why it is not immutable
  record WithArray(int[] numbers) {}

  record Forgetful(int kept, @JsonIgnore int ignored) {}

  record Generic<T>(T any) {}

  public static final class Counter {
    public int count;
  }

  private static final Plain PLAIN =
      new Plain(
          -3,
          1L << 40,
          "ü🛩",
          DayOfWeek.FRIDAY,
          Instant.parse("2013-01-01T10:15:00.000000001Z"),
          Duration.ofMillis(-1),
          LocalDate.of(2013, 2, 28),
          OffsetDateTime.parse("2013-01-01T10:15:00.120+05:30"),
          ZonedDateTime.parse("2013-10-27T02:30+01:00[Europe/Paris]"),
          Optional.of(""),
          OptionalInt.of(7),
          new Nested(Double.NaN, Optional.empty()),
          0.1f,
          'x');

  @Test
  void everyValueComesBackAsItWas() {
    roundTrips(Serializers.STRING, "", "text", "ü🛩");
    roundTrips(Serializers.INTEGER, 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    roundTrips(Serializers.LONG, 0L, Long.MIN_VALUE, Long.MAX_VALUE);
    roundTrips(Serializers.DOUBLE, -0.0, Double.NaN, Double.MIN_VALUE);
    roundTrips(Serializers.BOOLEAN, true, false);
    roundTrips(Serializers.INSTANT, Instant.MIN, Instant.MAX, Instant.ofEpochSecond(1, 1));
    roundTrips(Serializers.BYTES, new byte[0], new byte[] {1, -1});
    roundTrips(Serializers.of(Plain.class), PLAIN);
    roundTrips(
        Serializers.of(Linked.class), new Linked(1, Optional.of(new Linked(2, Optional.empty()))));
    roundTrips(Serializers.of(WithList.class), new WithList(List.of("a", "b")));
    roundTrips(Serializers.of(DayOfWeek.class), DayOfWeek.MONDAY);
    roundTrips(Serializers.of(LocalDate.class), LocalDate.MAX);
  }

  @SafeVarargs
  private static <T> void roundTrips(Serializer<T> serializer, T... values) {
    for (T value : values) {
      byte[] bytes = serializer.serialize(value);
      assertThat(serializer.deserialize(bytes)).isEqualTo(value);
      assertThat(serializer.serialize(serializer.deserialize(bytes))).isEqualTo(bytes);
    }
  }

  @Test
  void anyToolPrintsStateWithoutTheUsersClasses() throws IOException {
    byte[] bytes =
        Serializers.of(Nested.class).serialize(new Nested(1.5, Optional.of(Instant.EPOCH)));
    assertThat(ANY_TOOL.readTree(bytes).toString())
        .isEqualTo("{\"x\":1.5,\"y\":\"1970-01-01T00:00:00Z\"}");
  }

  @Test
  void onlyComponentsOfARecordAreStored() throws IOException {
    byte[] bytes = Serializers.of(Plain.class).serialize(PLAIN);
    assertThat(ANY_TOOL.readTree(bytes).fieldNames())
        .toIterable()
        .containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n");
  }

  @Test
  void componentsMayBeAddedAndRemoved() throws IOException {
    byte[] older = ANY_TOOL.writeValueAsBytes(Map.of("x", 2.5, "gone", "…"));
    assertThat(Serializers.of(Nested.class).deserialize(older))
        .isEqualTo(new Nested(2.5, Optional.empty()));
  }

  @Test
  void idsNameTheFormat() {
    assertThat(Serializers.of(String.class).id()).isEqualTo("string");
    assertThat(Serializers.of(Integer.class).id()).isEqualTo("integer");
    assertThat(Serializers.of(Long.class).id()).isEqualTo("long");
    assertThat(Serializers.of(Nested.class).id()).isEqualTo("record:" + Nested.class.getName());
    assertThat(Serializers.of(Counter.class).id()).isEqualTo("json:" + Counter.class.getName());
    assertThatThrownBy(() -> Serializers.record(Counter.class))
        .hasMessageContaining("is not a record");
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        String.class,
        Long.class,
        Plain.class,
        Nested.class,
        Linked.class,
        DayOfWeek.class
      })
  void isImmutable(Class<?> type) {
    assertThat(Serializers.of(type).immutable()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        byte[].class,
        WithList.class,
        WithArray.class,
        Forgetful.class,
        Generic.class,
        Counter.class,
        java.util.Date.class
      })
  void isNotImmutable(Class<?> type) {
    assertThat(Serializers.of(type).immutable()).isFalse();
  }

  @Test
  void aValueThatCannotBeStoredIsNamed() {
    assertThatThrownBy(() -> Serializers.of(Generic.class).serialize(new Generic<>("\ud83d")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Generic cannot be stored");
    assertThatThrownBy(() -> Serializers.of(Nested.class).deserialize(new byte[] {0x61, 'x'}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 bytes are not a stored");
    assertThatThrownBy(() -> Serializers.of(Nested.class).deserialize(new byte[] {(byte) 0xF6}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is null");
  }
}
