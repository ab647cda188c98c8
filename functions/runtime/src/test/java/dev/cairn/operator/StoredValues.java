package dev.cairn.operator;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
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

/** Types that users store, with values of them that are read back exactly. */
@SuppressWarnings("NullAway") // users' values are not checked for nulls
final class StoredValues {
  private StoredValues() {}

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

  static Bean bean(String name, Long... numbers) {
    Bean bean = new Bean();
    bean.name = name;
    bean.numbers = List.of(numbers);
    return bean;
  }

  static Linked linked(int length) {
    Linked linked = new Linked(0, Optional.empty());
    for (int i = 1; i < length; i++) {
      linked = new Linked(i, Optional.of(linked));
    }
    return linked;
  }

  static Times times(Instant instant, LocalDate date, ZonedDateTime zoned) {
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
}
