package dev.cairn.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptorsTest {
  interface Open {}

  abstract static class Abstract {}

  sealed interface Half permits Good, Bad {}

  record Good() implements Half {}

  static final class Bad implements Half {}

  record Key(int a) {}

  record NestedOptional(Optional<Optional<String>> o) {}

  record OptionalOptionalInt(List<Optional<OptionalInt>> o) {}

  record WithOpen(List<Open> opens) {}

  record ByRecord(Map<Key, Long> counts) {}

  record ByOptional(Map<Optional<String>, Long> counts) {}

  record Grown<T>(Optional<Grown<List<T>>> next) {}

  record ByLocale(Map<Locale, Long> counts) {}

  record AnnotatedOrder(@JsonProperty("m") LinkedHashMap<String, Long> map) {}

  record AnnotatedOrderOfSet(@JsonProperty("s") LinkedHashSet<String> set) {}

  record Ordered(List<Optional<LinkedHashSet<String>>> sets) {}

  record OrderedMap(LinkedHashMap<String, Long> map) {}

  record Plain(Set<String> set, Map<String, SortedSet<String>> map) {}

  record ByArray(Map<int[], Long> counts) {}

  static Stream<Arguments> typesThatCannotComeBack() {
    return Stream.of(
        Arguments.of(List.class, "ListStateDescriptor"),
        Arguments.of(Set.class, "Set<String>"),
        Arguments.of(Collection.class, "has no known extension"),
        Arguments.of(Map.class, "MapStateDescriptor"),
        Arguments.of(Optional.class, "has no known extension"),
        Arguments.of(Object.class, "declare the class of the values"),
        Arguments.of(Open.class, "seal it with records"),
        Arguments.of(Runnable.class, "the interface java.lang.Runnable"),
        Arguments.of(Abstract.class, "the abstract class"),
        Arguments.of(Half.class, "whose subtype " + Bad.class.getName()),
        Arguments.of(NestedOptional.class, "NestedOptional.o is an Optional<Optional>"),
        Arguments.of(OptionalOptionalInt.class, "OptionalOptionalInt.o[]"),
        Arguments.of(WithOpen.class, "WithOpen.opens[] is the interface"),
        Arguments.of(ByRecord.class, "ByRecord.counts is a Map<Key, Long>"),
        Arguments.of(ByOptional.class, "a MapStateDescriptor"),
        Arguments.of(Grown.class, "lies within itself with ever other type arguments"),
        Arguments.of(ByLocale.class, "a map's key within a value is stored as text"),
        Arguments.of(AnnotatedOrder.class, "whose order would be lost; declare a Map"),
        Arguments.of(AnnotatedOrderOfSet.class, "whose order would be lost; declare a Set"),
        Arguments.of(ByArray.class, "a map's key within a value is stored as text"));
  }

  @ParameterizedTest
  @MethodSource("typesThatCannotComeBack")
  void refuseATypeThatCannotComeBackWhereItIsWritten(Class<?> type, String message) {
    for (Runnable declaration :
        List.<Runnable>of(
            () -> ValueStateDescriptor.of("a", type),
            () -> ListStateDescriptor.of("a", type),
            () -> MapStateDescriptor.of("a", type, String.class),
            () -> MapStateDescriptor.of("a", String.class, type))) {
      assertThatThrownBy(declaration::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(message);
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {Ordered.class, OrderedMap.class})
  void refuseUserKeysThatAreEqualInAnyOrder(Class<?> type) {
    ValueStateDescriptor.of("a", type);
    MapStateDescriptor.of("a", String.class, type);
    MapStateDescriptor.of("a", Plain.class, String.class);
    assertThatThrownBy(() -> MapStateDescriptor.of("a", type, String.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a map's entry would not be found; declare a Map or a Set");
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Paid.class, name = "paid"),
    @JsonSubTypes.Type(value = Refunded.class, name = "refunded")
  })
  interface Event {}

  record Paid(long cents) implements Event {}

  record Refunded(Instant at, EnumMap<DayOfWeek, Key> keys) implements Event {}

  record Log(Collection<Event> events, ConcurrentHashMap<String, Key> keys) {}

  /** What is not described could change its meaning without being noticed. */
  @Test
  void describeWhatJacksonBindsDownToTheLastComponent() {
    String key = Key.class.getName() + "{a=int}";
    assertThat(ValueStateDescriptor.of("a", Log.class).schema().type().orElseThrow())
        .hasToString(
            Log.class.getName()
                + "{events=json:java.util.Collection<"
                + Event.class.getName()
                + "(paid="
                + Paid.class.getName()
                + "{cents=long}|refunded="
                + Refunded.class.getName()
                + "{at=Instant,keys=Map<enum:java.time.DayOfWeek"
                + "<FRIDAY,MONDAY,SATURDAY,SUNDAY,THURSDAY,TUESDAY,WEDNESDAY>,"
                + key
                + ">})>,keys=json:java.util.concurrent.ConcurrentHashMap<String,"
                + key
                + ">}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "ü/ x", "a/b", "-a", "a\n", "a,b", "{a}"})
  void refuseANameThatCommandsCannotUse(String name) {
    assertThatThrownBy(() -> ValueStateDescriptor.of(name, Long.class))
        .hasMessageContaining("is not a state's name")
        .hasMessageContaining("flights-per-route");
    assertThatThrownBy(() -> ListStateDescriptor.of(name, Long.class));
    assertThatThrownBy(() -> MapStateDescriptor.of(name, Long.class, Long.class));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "flights-per-route", "_x", "v1.total", "ns:Total", "7"})
  void takeOrdinaryNames(String name) {
    assertThat(ValueStateDescriptor.of(name, Long.class).name()).isEqualTo(name);
    assertThatThrownBy(() -> ValueStateDescriptor.of("a".repeat(201), Long.class))
        .hasMessageContaining("1 to 200 characters");
  }

  @ParameterizedTest
  @ValueSource(classes = {Key.class, Good.class})
  void describeTheComponents(Class<?> type) {
    assertThat(ValueStateDescriptor.of("a", type).schema().type()).isPresent();
    assertThat(ListStateDescriptor.of("a", Key.class).schema().type().orElseThrow())
        .hasToString("List<" + Key.class.getName() + "{a=int}>");
    assertThat(MapStateDescriptor.of("a", Long.class, Key.class).schema().type().orElseThrow())
        .hasToString("Map<Long," + Key.class.getName() + "{a=int}>");
    // What the ids say is not said twice.
    assertThat(MapStateDescriptor.of("a", Long.class, String.class).schema().type()).isEmpty();
  }
}
