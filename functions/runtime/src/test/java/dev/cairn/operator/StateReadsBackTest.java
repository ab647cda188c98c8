package dev.cairn.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.cairn.backend.heap.OnHeap;
import dev.cairn.cbor.Cbor;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.Serializer;
import dev.cairn.function.Serializers;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.state.HashRange;
import dev.cairn.state.StateSchema;
import dev.cairn.state.ValueType;
import dev.cairn.testing.FunctionHarness;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Currency;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A contract of every kind of state: what a function stores is read by a container that has only
 * its bytes, or the record that stores it fails. The harness decides the same.
 */
@SuppressWarnings("NullAway") // users' values are not checked for nulls
class StateReadsBackTest {
  enum Color {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "grass";
      }
    }
  }

  sealed interface Shape permits Circle, Square, Unit {}

  record Circle(double radius) implements Shape {}

  record Square(double side, Optional<Shape> within) implements Shape {}

  enum Unit implements Shape {
    ONLY
  }

  record Linked(int n, Optional<Linked> next) {}

  record Tree(List<Tree> children, Map<String, Tree> named) {}

  record Box<T>(T content, List<T> more) {}

  record OfBoxes(Box<String> text, Box<Optional<Long>> numbers) {}

  record Numbers(byte b, short s, int i, long l, float f, double d, char c, boolean t) {}

  record Wrapped(Byte b, Short s, Integer i, Long l, Float f, Double d, Character c, Boolean t) {}

  record Big(BigInteger whole, BigDecimal decimal) {}

  record Text(String text) {}

  record Maybe(
      Optional<String> text,
      OptionalInt i,
      OptionalLong l,
      OptionalDouble d,
      Optional<Text> nested) {}

  record Times(
      Instant a,
      LocalDate b,
      LocalTime c,
      LocalDateTime d,
      OffsetTime e,
      OffsetDateTime f,
      ZonedDateTime g,
      Duration h,
      Period i,
      Year j,
      YearMonth k,
      MonthDay l,
      ZoneId m,
      ZoneOffset n,
      DayOfWeek o) {}

  record Named(UUID uuid, URI uri, Locale locale, Currency currency) {}

  record Collections(
      List<String> list,
      Set<BigDecimal> set,
      SortedSet<Integer> sorted,
      Map<Color, List<Text>> byColor,
      Map<Double, String> byNumber,
      Map<LocalDate, Map<Integer, Text>> byDate,
      LinkedHashMap<String, Long> inOrder,
      List<Optional<String>> optionals) {}

  record Arrays2(byte[] bytes, int[][] ints, String[] texts, List<double[]> listed) {}

  record Anything(Map<String, Object> json) {}

  record Lists(Collection<String> any, EnumMap<Color, Long> counts) {}

  sealed interface Result<T> permits Ok, Failed {}

  record Ok<T>(T value) implements Result<T> {}

  record Failed<T>(String reason) implements Result<T> {}

  record Results(Result<Long> number, Result<Text> text) {}

  record Enums(EnumSet<Color> set, EnumMap<Color, Map<OffsetTime, Text>> map) {}

  record Annotated(@JsonProperty("tags") Set<String> names, Deque<Text> queue) {}

  /** Knows its identity only. */
  static class Open {
    public String name = "";
    private long hidden;
    private transient long cached;
    public List<Open> more = new ArrayList<>();

    static Open of(String name, long hidden, long cached, Open... more) {
      Open open = new Open();
      open.name = name;
      open.hidden = hidden;
      open.cached = cached;
      open.more = List.of(more);
      return open;
    }
  }

  static final class Wider extends Open {
    public long wider;
  }

  record Holder(Open open) {}

  record Trimmed(String text) {
    Trimmed {
      text = text.strip();
    }
  }

  record Copied(List<String> names, int[] counts) {
    Copied {
      names = List.copyOf(names);
      counts = counts.clone();
    }
  }

  record Growing(long n) {
    Growing {
      n = n + 1;
    }
  }

  record Hidden(String note) {
    @Override
    public String note() {
      return note == null ? "" : note;
    }
  }

  record Forgetful(int kept, @JsonIgnore int ignored) {}

  static final class Bean {
    public String name = "";
    public List<Long> numbers = new ArrayList<>();

    @Override
    public boolean equals(Object other) {
      return other instanceof Bean bean && name.equals(bean.name) && numbers.equals(bean.numbers);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }
  }

  private static Bean bean(String name, Long... numbers) {
    Bean bean = new Bean();
    bean.name = name;
    bean.numbers = List.of(numbers);
    return bean;
  }

  private static Linked linked(int length) {
    Linked linked = new Linked(0, Optional.empty());
    for (int i = 1; i < length; i++) {
      linked = new Linked(i, Optional.of(linked));
    }
    return linked;
  }

  private static Times times(Instant instant, LocalDate date, ZonedDateTime zoned) {
    return new Times(
        instant,
        date,
        LocalTime.MAX,
        LocalDateTime.MIN,
        OffsetTime.MAX,
        OffsetDateTime.MIN,
        zoned,
        Duration.ofSeconds(Long.MIN_VALUE / 2, 1),
        Period.of(Integer.MIN_VALUE, 0, Integer.MAX_VALUE),
        Year.of(Year.MAX_VALUE),
        YearMonth.of(12_345, 1),
        MonthDay.of(2, 29),
        ZoneId.of("Asia/Kolkata"),
        ZoneOffset.ofHoursMinutesSeconds(1, 2, 3),
        DayOfWeek.SUNDAY);
  }

  static Stream<Object> exactValues() {
    return Stream.of(
        "",
        "ü🛩\0",
        "x".repeat(21_000_000),
        Integer.MIN_VALUE,
        Long.MIN_VALUE,
        -0.0,
        Double.NaN,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        true,
        Instant.MIN,
        Instant.MAX,
        new byte[] {0, -1},
        new Numbers(
            (byte) -128, Short.MIN_VALUE, -1, Long.MAX_VALUE, -0.0f, Double.NaN, '\0', true),
        new Numbers((byte) 0, (short) 0, 0, 0, Float.NaN, Double.MAX_VALUE, '\uFFFD', false),
        new Wrapped(null, null, null, null, null, null, null, null),
        new Wrapped((byte) 1, (short) 1, 1, 1L, Float.MIN_VALUE, 0.1, 'ü', false),
        new Big(new BigInteger("9".repeat(30_000)), new BigDecimal("0.00")),
        new Big(
            BigInteger.valueOf(Long.MIN_VALUE).subtract(BigInteger.ONE), new BigDecimal("1E+400")),
        new Big(null, new BigDecimal(new BigInteger("-7".repeat(3_000).replace("-", "")), 5_000)),
        new Text("x".repeat(21_000_000)),
        new Text(null),
        new Maybe(
            Optional.empty(),
            OptionalInt.empty(),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            Optional.empty()),
        new Maybe(
            Optional.of(""),
            OptionalInt.of(-1),
            OptionalLong.of(Long.MAX_VALUE),
            OptionalDouble.of(-0.0),
            Optional.of(new Text(null))),
        times(
            Instant.MIN,
            LocalDate.MIN,
            ZonedDateTime.parse("2013-10-27T02:30+01:00[Europe/Paris]")),
        times(Instant.MAX, LocalDate.MAX, ZonedDateTime.parse("+12013-01-01T00:00Z")),
        new Named(new UUID(-1, 1), URI.create("a:b#c"), Locale.ROOT, Currency.getInstance("CHF")),
        new Named(null, URI.create(""), Locale.forLanguageTag("de-CH"), null),
        new Collections(
            List.of("b", "a", "b"),
            Set.of(new BigDecimal("1.0"), new BigDecimal("1.00")),
            new TreeSet<>(Set.of(10, 9)),
            Map.of(Color.GREEN, List.of(new Text("a")), Color.RED, List.of()),
            Map.of(-0.0, "minus", 0.0, "plus", Double.NaN, "none"),
            Map.of(LocalDate.EPOCH, Map.of(-1, new Text(""))),
            new LinkedHashMap<>(Map.of("", 1L)),
            List.of(Optional.empty(), Optional.of(""))),
        new Collections(
            Arrays.asList("a", null),
            new java.util.HashSet<>(Arrays.asList((BigDecimal) null)),
            new TreeSet<>(),
            new HashMap<>(),
            new TreeMap<>(),
            Map.of(),
            new LinkedHashMap<>(),
            List.of()),
        new Copied(List.of("a"), new int[] {1}),
        new Anything(Map.of("x".repeat(60_000), List.of(1, "a", true, 1.5, Map.of()))),
        new Trimmed(" a "),
        new OfBoxes(
            new Box<>("a", List.of("b")), new Box<>(Optional.of(1L), List.of(Optional.empty()))),
        linked(400),
        new Tree(
            List.of(new Tree(List.of(), Map.of())), Map.of("a", new Tree(List.of(), Map.of()))),
        Color.GREEN,
        new Circle(-0.0),
        bean("a", 1L, 1L << 40),
        DayOfWeek.MONDAY,
        LocalDate.MAX,
        new int[] {1, 2},
        new BigDecimal("1.10"),
        OptionalInt.empty(),
        OptionalLong.of(1),
        OptionalDouble.empty(),
        new Results(new Ok<>(1L), new Ok<>(new Text("a"))),
        new Results(new Failed<>("no"), new Ok<>(null)),
        new Enums(
            EnumSet.of(Color.RED, Color.GREEN),
            new EnumMap<>(Map.of(Color.GREEN, Map.of(OffsetTime.MAX, new Text(null))))),
        new Enums(EnumSet.noneOf(Color.class), new EnumMap<>(Color.class)),
        new Annotated(Set.of("a", "b", "c", "dd", "eee", "z"), new LinkedList<>()),
        new Annotated(
            new LinkedHashSet<>(List.of("z", "a", "m")),
            new LinkedList<>(List.of(new Text("b"), new Text("a")))),
        Open.of("a", 0, 7, Open.of("b", 0, 0)),
        new Holder(Open.of("a", 0, 7)));
  }

  @ParameterizedTest(name = "[{index}]")
  @MethodSource("exactValues")
  void aColdContainerReadsWhatAWarmOneHolds(Object value) throws Exception {
    Storing<Object> function = new Storing<>(value);
    Operator<String> warm = OnHeap.open(function, HashRange.ALL);
    warm.process("k", "put".getBytes(UTF_8), Instant.EPOCH);
    warm.process("k", "get".getBytes(UTF_8), Instant.EPOCH);
    Object held = function.read;

    Storing<Object> other = new Storing<>(value);
    Operator<String> cold = OnHeap.open(other, HashRange.ALL);
    cold.state().requireCompatible(warm.state().schemas());
    warm.state().drain().forEach(cold.state()::load);
    cold.process("k", "get".getBytes(UTF_8), Instant.EPOCH);

    assertSame(other.read, held);
    assertSame(other.read, value);
    assertThat(other.listed).hasSize(1);
    assertSame(other.listed.getFirst(), value);
    FunctionHarness<String> harness = FunctionHarness.of(new Storing<>(value));
    harness.process("k", "put");
    cold.state().forEach(put -> assertThat(harness.cells()).containsEntry(put.key(), put.value()));
  }

  private static void assertSame(Object one, Object other) {
    if (one instanceof Open || one instanceof Holder) {
      assertThat(one)
          .usingRecursiveComparison()
          .ignoringFieldsMatchingRegexes(".*cached")
          .isEqualTo(other);
    } else if (one.getClass().isArray() || one instanceof Copied) {
      assertThat(one).usingRecursiveComparison().isEqualTo(other);
    } else {
      assertThat(one).isEqualTo(other);
    }
  }

  record Refused(Class<?> type, Object value, String message) {
    @Override
    public String toString() {
      return type.getSimpleName() + " " + message;
    }
  }

  static Stream<Refused> valuesThatWouldNotComeBack() {
    Map<String, Object> longs = new HashMap<>(Map.of("n", 1L));
    Map<String, Long> withNullKey = new HashMap<>();
    withNullKey.put(null, 1L);
    return Stream.of(
        new Refused(String.class, "a\ud83d", "half of a surrogate pair"),
        new Refused(Text.class, new Text("\udc00"), "component \"text\": text of 1 characters"),
        new Refused(
            Numbers.class,
            new Numbers((byte) 0, (short) 0, 0, 0, 0, 0, '\ud83d', false),
            "component \"c\""),
        new Refused(
            Maybe.class,
            new Maybe(
                null,
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                Optional.of(new Text("\ud83d"))),
            "component \"nested.text\""),
        new Refused(
            Maybe.class,
            new Maybe(
                null, OptionalInt.empty(), OptionalLong.empty(), OptionalDouble.empty(), null),
            "null comes back as an empty Optional"),
        new Refused(Growing.class, new Growing(1), "component \"n\" would come back as 3"),
        new Refused(Hidden.class, new Hidden(null), "an accessor returns something else"),
        new Refused(Forgetful.class, new Forgetful(1, 2), "would come back as"),
        new Refused(
            Anything.class,
            new Anything(longs),
            "component \"json[n]\": a java.lang.Long 1 would come back as a java.lang.Integer"),
        new Refused(Lists.class, new Lists(Set.of("a"), new EnumMap<>(Color.class)), "\"any\""),
        new Refused(
            Collections.class,
            new Collections(
                List.of(),
                Set.of(),
                new TreeSet<>(Comparator.reverseOrder()),
                Map.of(),
                Map.of(),
                Map.of(),
                new LinkedHashMap<>(),
                List.of()),
            "comparator of its own"),
        new Refused(Tree.class, new Tree(null, mapWithNullKey()), "key is null"),
        new Refused(Open.class, Open.of("a", 5, 0), "its field \"hidden\" differs"),
        new Refused(
            Open.class,
            Open.of("a", 0, 0, Open.of("b", 5, 0)),
            "its field \"more[0].hidden\" differs"),
        new Refused(Holder.class, new Holder(new Wider()), "component \"open\""),
        new Refused(Linked.class, linked(1_000), "more than 500"),
        new Refused(Bean.class, bean("\ud83d"), "Bean"));
  }

  private static Map<String, Tree> mapWithNullKey() {
    Map<String, Tree> map = new HashMap<>();
    map.put(null, null);
    return map;
  }

  @ParameterizedTest
  @MethodSource("valuesThatWouldNotComeBack")
  void whatWouldNotComeBackFailsItsRecord(Refused refused) {
    Operator<String> heap = OnHeap.open(new Storing<>(refused.value()), HashRange.ALL);
    assertThatThrownBy(() -> heap.process("k", "put".getBytes(UTF_8), Instant.EPOCH))
        .isInstanceOf(RecordFailedException.class)
        .hasMessageContaining(refused.message());
    assertThat(heap.state().drain()).isEmpty();
    FunctionHarness<String> harness = FunctionHarness.of(new Storing<>(refused.value()));
    assertThatThrownBy(() -> harness.process("k", "put"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(refused.message());
    assertThat(harness.cells()).isEmpty();
  }

  private static StateSchema stored(String components) {
    return new StateSchema(
        "value",
        "value",
        "record:" + Text.class.getName(),
        Optional.of(ValueType.parse(Text.class.getName() + components)));
  }

  @Test
  void aComponentWhoseTypeChangedIsRefusedBeforeAnythingIsRead() {
    Operator<String> heap = OnHeap.open(new Storing<>(new Text("a")), HashRange.ALL);
    assertThatThrownBy(() -> heap.state().requireCompatible(List.of(stored("{text=long}"))))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("component \"text\" of state \"value\" is stored as long")
        .hasMessageContaining("declares it as String");
  }

  @Test
  void aComponentThatWasRemovedIsRemembered() {
    Operator<String> heap = OnHeap.open(new Storing<>(new Text("a")), HashRange.ALL);
    heap.state().requireCompatible(List.of(stored("{gone=long}")));
    assertThat(heap.state().schemas()).contains(stored("{text=String,~gone=long}"));
  }

  @Test
  void anEnumThatHasLostAConstantIsRefusedBeforeAnythingIsRead() {
    KeyedStateBackend heap = OnHeap.open(new Storing<>(DayOfWeek.MONDAY), HashRange.ALL).state();
    StateSchema declared =
        heap.schemas().stream()
            .filter(schema -> schema.name().equals("value"))
            .findFirst()
            .orElseThrow();
    ValueType week = declared.type().orElseThrow();

    heap.requireCompatible(
        List.of(with(declared, "enum:java.time.DayOfWeek<SUNDAY,MONDAY>"), declared));
    heap.requireCompatible(List.of(with(declared, "enum:java.time.DayOfWeek")));
    assertThat(heap.schemas()).contains(with(declared, week.toString()));
    assertThatThrownBy(
            () ->
                heap.requireCompatible(
                    List.of(with(declared, "enum:java.time.DayOfWeek<MONDAY,MITTWOCH>"))))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining(
            "state \"value\" is stored as enum java.time.DayOfWeek with the constant MITTWOCH")
        .hasMessageContaining("declares it as the enum without it");
  }

  private static StateSchema with(StateSchema schema, String type) {
    return new StateSchema(
        schema.name(), schema.kind(), schema.serializers(), Optional.of(ValueType.parse(type)));
  }

  private record Amount(long cents) {}

  private static final class Amounts implements KeyedFunction<Amount> {
    @Override
    public Deserializer<Amount> deserializer() {
      return Deserializers.json(Amount.class);
    }

    @Override
    public void open(RuntimeContext context) {}

    @Override
    public void process(Amount event, Context context) {}
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{\"cents\":1.5}|cents",
        "{\"cents\":|line 1, column",
        "{\"cents\":{}}|cents",
        "[]|line 1, column 1"
      })
  void aRecordThatIsNotReadIsToldByPlaceAndFieldWithoutTheSource(String record, String told) {
    Operator<Amount> heap = OnHeap.open(new Amounts(), HashRange.ALL);
    assertThatThrownBy(() -> heap.process("k", record.getBytes(UTF_8), Instant.EPOCH))
        .isInstanceOf(RecordFailedException.class)
        .hasMessageContaining(told)
        .hasMessageNotContaining("Source")
        .hasMessageNotContaining("REDACTED");
  }

  /** Loses the case of the text that it stores. */
  private static final Serializer<String> LOSSY =
      new Serializer<>() {
        @Override
        public String id() {
          return "lossy";
        }

        @Override
        public byte[] serialize(String value) {
          return Cbor.ofText(value.toLowerCase(Locale.ROOT));
        }

        @Override
        public String deserialize(byte[] bytes) {
          return Cbor.toText(bytes);
        }

        @Override
        public boolean immutable() {
          return true;
        }
      };

  @Test
  void aUsersSerializerIsReadBackAtOnce() {
    assertThat(Serializers.exact(LOSSY).serializeExactly("a")).isEqualTo(Cbor.ofText("a"));
    assertThatThrownBy(() -> Serializers.exact(LOSSY).requireExact("A"))
        .hasMessageContaining("serializer lossy does not read back what it writes");
  }

  @Test
  void aSerializerOfWhatCanBeChangedIsComparedToo() {
    Serializer<List<String>> lossy =
        new Serializer<>() {
          @Override
          public String id() {
            return "lossy-list";
          }

          @Override
          public byte[] serialize(List<String> value) {
            return Cbor.ofText(value.getFirst().toLowerCase(Locale.ROOT));
          }

          @Override
          public List<String> deserialize(byte[] bytes) {
            return new ArrayList<>(List.of(Cbor.toText(bytes)));
          }

          @Override
          public boolean immutable() {
            return false;
          }
        };
    assertThat(Serializers.exact(lossy).serializeExactly(List.of("a"))).isEqualTo(Cbor.ofText("a"));
    assertThatThrownBy(() -> Serializers.exact(lossy).serializeExactly(List.of("A")))
        .hasMessageContaining("does not read back what it writes");
    assertThatThrownBy(() -> Serializers.exact(lossy).serializeExactly(List.of("a", "b")))
        .hasMessageContaining("does not read back what it writes");
  }

  record Tags(Set<String> names, Map<String, Double> weights, double[] other) {}

  @Test
  void equalUserKeysAreEqualBytesWhateverTheirOrderAndTheirNaN() {
    double otherNaN = Double.longBitsToDouble(0xfff8_0000_0000_0001L);
    Map<String, Double> weights = new LinkedHashMap<>();
    weights.put("b", 1.0);
    weights.put("a", Double.NaN);
    Map<String, Double> others = new LinkedHashMap<>();
    others.put("a", otherNaN);
    others.put("b", 1.0);
    assertThat(
            Serializers.of(Tags.class)
                .serialize(new Tags(Set.of("a", "b", "c"), weights, new double[] {otherNaN})))
        .isEqualTo(
            Serializers.of(Tags.class)
                .serialize(
                    new Tags(
                        new LinkedHashSet<>(List.of("c", "b", "a")),
                        others,
                        new double[] {Double.NaN})));
    assertThat(Serializers.DOUBLE.serialize(otherNaN))
        .isEqualTo(Serializers.DOUBLE.serialize(Double.NaN));
    assertThat(
            Serializers.of(Annotated.class)
                .serialize(new Annotated(Set.of("a", "b", "c"), new LinkedList<>())))
        .isEqualTo(
            Serializers.of(Annotated.class)
                .serialize(
                    new Annotated(
                        new LinkedHashSet<>(List.of("c", "b", "a")), new LinkedList<>())));
  }

  @Test
  void userKeysOfAMapMayBeRecordsAndSealedTypes() throws Exception {
    MapStateDescriptor<Shape, Times> shapes =
        MapStateDescriptor.of("shapes", Shape.class, Times.class);
    var harness =
        FunctionHarness.of(
            new KeyedFunction<String>() {
              private MapState<Shape, Times> state;

              @Override
              public Deserializer<String> deserializer() {
                return Deserializers.text();
              }

              @Override
              public void open(RuntimeContext context) {
                state = context.getMapState(shapes);
              }

              @Override
              public void process(String event, Context context) {
                Times times = times(Instant.EPOCH, LocalDate.EPOCH, ZonedDateTime.parse(event));
                state.put(new Square(-0.0, Optional.of(Unit.ONLY)), times);
                state.put(new Square(0.0, Optional.of(new Circle(1))), times);
                state.put(Unit.ONLY, times);
              }
            });
    harness.process("k", "2013-01-01T00:00Z");
    assertThat(harness.state("k").entries(shapes))
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder(
            new Square(-0.0, Optional.of(Unit.ONLY)),
            new Square(0.0, Optional.of(new Circle(1))),
            Unit.ONLY);
  }

  /** Stores a value in each kind of state. */
  private static final class Storing<T> implements KeyedFunction<String> {
    private final T value;
    private ValueState<T> state;
    private MapState<String, T> map;
    private ListState<T> list;
    T read;
    List<T> listed = List.of();

    Storing(T value) {
      this.value = value;
    }

    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    @SuppressWarnings("unchecked") // the class of a T
    public void open(RuntimeContext context) {
      Class<T> type =
          (Class<T>)
              (value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass());
      state = context.getState(ValueStateDescriptor.of("value", type));
      map = context.getMapState(MapStateDescriptor.of("map", String.class, type));
      list = context.getListState(ListStateDescriptor.of("list", type));
    }

    @Override
    public void process(String event, Context context) {
      if (event.equals("put")) {
        state.update(value);
        map.put("", value);
        list.add(value);
      } else {
        read = state.value().orElseThrow();
        assertThat(map.get("")).isPresent();
        listed = list.get();
      }
    }
  }
}
