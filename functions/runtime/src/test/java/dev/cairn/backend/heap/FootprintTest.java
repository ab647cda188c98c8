package dev.cairn.backend.heap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.operator.Operator;
import dev.cairn.operator.RecordFailedException;
import dev.cairn.state.Change;
import dev.cairn.state.HashRange;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The estimate of a state's size is kept up to date with each change, and is near the truth. */
class FootprintTest {
  private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");
  private static final Pattern HISTOGRAM_LINE =
      Pattern.compile(" *\\d+: +\\d+ +(?<bytes>\\d+) +(?<type>.+)");

  /** A record as users keep them. */
  public record Order(String id, long cents, String customer, Instant at) {}

  enum Kind {
    LONGS,
    TEXTS,
    RECORDS,
    BYTES,
    LISTS,
    MAPS
  }

  /** Keeps under each key what the kind says; "clear" removes it. */
  private static final class Keeping implements KeyedFunction<String> {
    private final Kind kind;
    private ValueState<Long> longs;
    private ValueState<String> texts;
    private ValueState<Order> records;
    private ValueState<byte[]> bytes;
    private ListState<String> lists;
    private MapState<String, Long> maps;

    @SuppressWarnings("NullAway.Init") // Opened before it processes anything.
    Keeping(Kind kind) {
      this.kind = kind;
    }

    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {
      longs = context.getState(ValueStateDescriptor.of("longs", Long.class));
      texts = context.getState(ValueStateDescriptor.of("texts", String.class));
      records = context.getState(ValueStateDescriptor.of("records", Order.class));
      bytes = context.getState(ValueStateDescriptor.of("bytes", byte[].class));
      lists = context.getListState(ListStateDescriptor.of("lists", String.class));
      maps = context.getMapState(MapStateDescriptor.of("maps", String.class, Long.class));
    }

    @Override
    public void process(String event, Context context) {
      if (event.equals("clear")) {
        longs.clear();
        texts.clear();
        records.clear();
        bytes.clear();
        lists.clear();
        maps.clear();
        return;
      }
      switch (kind) {
        case LONGS -> longs.update(Long.parseLong(event) + 1_000_000);
        case TEXTS -> texts.update("a text of some length, number " + event);
        case RECORDS ->
            records.update(
                new Order("order-" + event, Long.parseLong(event) * 100, "customer-" + event, NOW));
        case BYTES -> bytes.update(new byte[300]);
        case LISTS -> {
          for (int i = 0; i < 5; i++) {
            lists.add("element-" + i + "-" + event);
          }
        }
        case MAPS -> {
          for (int i = 0; i < 5; i++) {
            maps.put("place-" + i, Long.parseLong(event) + 1_000_000);
          }
        }
      }
    }
  }

  private static Operator<String> filled(Kind kind, int keys) {
    Operator<String> state = OnHeap.open(new Keeping(kind), HashRange.ALL);
    for (int key = 0; key < keys; key++) {
      process(state, "key-" + key, Integer.toString(key));
      if (key % 1000 == 0) {
        state.state().drain();
      }
    }
    state.state().drain();
    return state;
  }

  private static void process(Operator<String> state, String key, String event) {
    try {
      state.process(key, event.getBytes(StandardCharsets.UTF_8), NOW);
    } catch (RecordFailedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theEstimateIsWithinAFactorOfTwoOfTheHeap(Kind kind) throws JMException {
    List<Operator<String>> kept = new ArrayList<>(List.of(filled(kind, 50_000)));
    long estimate = kept.getFirst().state().retainedBytes();
    WeakReference<Operator<String>> reference = new WeakReference<>(kept.getFirst());
    long with = reachableBytes();
    kept.clear();
    long actual = with - reachableBytes();

    assertThat(reference.get()).as("the state whose going was measured").isNull();
    assertThat(estimate).isBetween(actual / 2, actual * 2);
  }

  /**
   * Returns the bytes of all objects that can be reached, after a full collection. Free memory
   * would also depend on what other threads have allocated since, and on the collector: the serial
   * one does not always compact, and leaves filler objects where others have been.
   */
  private static long reachableBytes() throws JMException {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    return histogram
        .lines()
        .map(HISTOGRAM_LINE::matcher)
        .filter(Matcher::matches)
        .filter(line -> !line.group("type").contains("jdk.internal.vm.Filler"))
        .mapToLong(line -> Long.parseLong(line.group("bytes")))
        .sum();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsRemovedIsCountedNoLonger(Kind kind) {
    Operator<String> state = filled(kind, 1000);
    assertThat(state.state().retainedBytes()).isGreaterThan(200_000);
    for (int key = 0; key < 1000; key++) {
      process(state, "key-" + key, "clear");
    }
    state.state().drain();
    assertThat(state.state().retainedBytes()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aColdStateCountsWhatAWarmOneDoesOnceItsValuesAreRead(Kind kind) {
    Operator<String> warm = filled(kind, 500);
    Supplier<Operator<String>> load =
        () -> {
          Operator<String> cold = OnHeap.open(new Keeping(kind), HashRange.ALL);
          cold.state().requireCompatible(warm.state().schemas());
          warm.state().forEach(cold.state()::load);
          return cold;
        };
    Operator<String> cold = load.get();
    assertThat(cold.state().retainedBytes())
        .isBetween(warm.state().retainedBytes() / 2, warm.state().retainedBytes());

    Operator<String> reloaded = load.get();
    warm.state().forEach(reloaded.state()::load);
    assertThat(reloaded.state().retainedBytes())
        .as("loaded twice")
        .isEqualTo(cold.state().retainedBytes());
    warm.state().forEach(put -> reloaded.state().load(new Change.Removed(put.key())));
    reloaded.state().drain();
    assertThat(reloaded.state().retainedBytes()).isZero();
  }

  @Test
  void aRecordThatFailsLeavesTheEstimateAsItWas() {
    Operator<String> state = filled(Kind.LONGS, 100);
    long before = state.state().retainedBytes();
    for (String key : List.of("key-5", "a new key")) {
      try {
        state.process(key, "no number".getBytes(StandardCharsets.UTF_8), NOW);
      } catch (RecordFailedException expected) {
        // Its changes are undone.
      }
    }
    state.state().drain();
    assertThat(state.state().retainedBytes()).isEqualTo(before);
  }
}
