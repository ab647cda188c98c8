package dev.cairn.operator;

import static dev.cairn.operator.StoredValues.bean;
import static dev.cairn.operator.StoredValues.linked;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.backend.heap.OnHeap;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.operator.StoredValues.Anything;
import dev.cairn.operator.StoredValues.Bean;
import dev.cairn.operator.StoredValues.Collections;
import dev.cairn.operator.StoredValues.Color;
import dev.cairn.operator.StoredValues.Copied;
import dev.cairn.operator.StoredValues.Forgetful;
import dev.cairn.operator.StoredValues.Growing;
import dev.cairn.operator.StoredValues.Hidden;
import dev.cairn.operator.StoredValues.Holder;
import dev.cairn.operator.StoredValues.Linked;
import dev.cairn.operator.StoredValues.Lists;
import dev.cairn.operator.StoredValues.Maybe;
import dev.cairn.operator.StoredValues.Numbers;
import dev.cairn.operator.StoredValues.Open;
import dev.cairn.operator.StoredValues.Text;
import dev.cairn.operator.StoredValues.Tree;
import dev.cairn.operator.StoredValues.Wider;
import dev.cairn.state.HashRange;
import dev.cairn.testing.FunctionHarness;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A contract of every kind of state: what a function stores is read by a container that has only
 * its bytes, or the record that stores it fails. The harness decides the same.
 */
@SuppressWarnings("NullAway") // users' values are not checked for nulls
class StateReadsBackTest {
  @ParameterizedTest(name = "[{index}]")
  @MethodSource("dev.cairn.operator.StoredValues#exactValues")
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
}
