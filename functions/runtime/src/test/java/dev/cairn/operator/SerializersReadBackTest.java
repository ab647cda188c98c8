package dev.cairn.operator;

import static dev.cairn.operator.StoredValues.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.cbor.Cbor;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.Serializer;
import dev.cairn.function.Serializers;
import dev.cairn.operator.StoredValues.Annotated;
import dev.cairn.operator.StoredValues.Circle;
import dev.cairn.operator.StoredValues.Shape;
import dev.cairn.operator.StoredValues.Square;
import dev.cairn.operator.StoredValues.Times;
import dev.cairn.operator.StoredValues.Unit;
import dev.cairn.testing.FunctionHarness;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Serializers refuse what they would not read back, and write equal keys as equal bytes. */
class SerializersReadBackTest {
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
}
