package dev.cairn.testing;

import dev.cairn.cbor.Cbor;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.StateDescriptor;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import dev.cairn.stream.AggregatedRecordException;
import dev.cairn.stream.KplAggregate;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Runs a function over events in memory:
 *
 * <pre>{@code
 * var harness = FunctionHarness.of(new AircraftFunction());
 * harness.process("N14228", departure);
 * assertThat(harness.state("N14228").value(AircraftFunction.SUMMARY)).contains(...);
 * }</pre>
 *
 * <p>It is also the plain fold that a pipeline's state is compared with. So it shares no code with
 * the engine beyond the serializers, and is simple rather than fast: maps in maps, and a copy of
 * the key's state before each event, which comes back if the function throws.
 *
 * @param <E> the event
 */
public final class FunctionHarness<E> {
  private final KeyedFunction<E> function;
  private final Deserializer<E> deserializer;
  private final Map<String, StateDescriptor> declared = new TreeMap<>();
  private final Map<String, KeyContents> keys = new HashMap<>();

  private @Nullable KeyContents current;

  private FunctionHarness(KeyedFunction<E> function) {
    this.function = function;
    this.deserializer = function.deserializer();
  }

  /**
   * Opens the function, without any state.
   *
   * @throws IllegalStateException if the function cannot be opened
   */
  public static <E> FunctionHarness<E> of(KeyedFunction<E> function) {
    FunctionHarness<E> harness = new FunctionHarness<>(function);
    try {
      function.open(harness.new Declarations());
    } catch (Exception e) {
      throw new IllegalStateException(
          "function " + function.getClass().getName() + " cannot be opened: " + e, e);
    }
    return harness;
  }

  /**
   * Applies an event that arrives at {@link Instant#EPOCH}, under the key that the function itself
   * gives to it.
   *
   * @throws Exception what the function threw; its changes are undone
   */
  public void process(E event) throws Exception {
    process(function.keyOf(event), event);
  }

  /**
   * Applies an event that arrives at {@link Instant#EPOCH}.
   *
   * @throws Exception what the function threw; its changes are undone
   */
  public void process(String key, E event) throws Exception {
    process(key, event, Instant.EPOCH);
  }

  /**
   * Applies an event.
   *
   * @throws Exception what the function threw; its changes are undone
   */
  public void process(String key, E event, Instant arrival) throws Exception {
    KeyContents before = keys.getOrDefault(key, KeyContents.empty());
    KeyContents after = before.copy();
    current = after;
    try {
      function.process(event, new Arrival(key, arrival));
      keys.put(key, after);
    } finally {
      current = null;
    }
  }

  /**
   * Decodes a record and applies it. An aggregate of the Kinesis Producer Library is taken apart,
   * and each of its user records is applied under its own key.
   *
   * @throws Exception what the deserializer or the function threw; that record has changed nothing,
   *     and earlier user records of its aggregate are applied
   * @throws dev.cairn.stream.AggregatedRecordException if the data is a malformed aggregate
   */
  public void processBytes(String key, byte[] data, Instant arrival) throws Exception {
    if (!KplAggregate.is(data)) {
      process(key, deserializer.deserialize(data), arrival);
      return;
    }
    for (KplAggregate.Item item : userRecords(key, data)) {
      process(item.partitionKey(), deserializer.deserialize(item.bytes()), arrival);
    }
  }

  private static List<KplAggregate.Item> userRecords(String key, byte[] aggregate) {
    try {
      return KplAggregate.read(aggregate);
    } catch (KplAggregate.MalformedException e) {
      throw AggregatedRecordException.malformed(key, String.valueOf(e.getMessage()));
    }
  }

  /** Returns a view of the key's current state. */
  public KeyView state(String key) {
    return new KeyView(keys.getOrDefault(key, KeyContents.empty()).copy());
  }

  /** The keys that have any state, sorted. */
  public Set<String> keys() {
    Set<String> present = new TreeSet<>();
    keys.forEach(
        (key, contents) -> {
          if (!cellsOf(key, contents).isEmpty()) {
            present.add(key);
          }
        });
    return present;
  }

  /** All state as the cells that a checkpoint of it holds, serialized and sorted. */
  public SortedMap<StateKey, byte[]> cells() {
    SortedMap<StateKey, byte[]> cells = new TreeMap<>();
    keys.forEach((key, contents) -> cells.putAll(cellsOf(key, contents)));
    return cells;
  }

  private SortedMap<StateKey, byte[]> cellsOf(String key, KeyContents contents) {
    KeyHash hash =
        function.explicitHashKeyOf(key).map(KeyHash::of).orElseGet(() -> KeyHash.of(key));
    byte[] nowhere = new byte[0];
    SortedMap<StateKey, byte[]> cells = new TreeMap<>();
    for (StateDescriptor descriptor : declared.values()) {
      String name = descriptor.name();
      switch (descriptor) {
        case ValueStateDescriptor<?> value -> {
          Object kept = contents.values().get(name);
          if (kept != null) {
            cells.put(
                StateKey.of(hash, key, name, nowhere),
                new Keeping<>(value.serializer()).bytes(kept));
          }
        }
        case MapStateDescriptor<?, ?> map ->
            contents
                .map(name)
                .forEach(
                    (place, kept) ->
                        cells.put(
                            StateKey.of(hash, key, name, place),
                            new Keeping<>(map.values()).bytes(kept)));
        case ListStateDescriptor<?> list -> {
          List<Object> kept = contents.lists().getOrDefault(name, List.of());
          if (!kept.isEmpty()) {
            cells.put(
                StateKey.of(hash, key, name, nowhere),
                Cbor.ofItems(kept.stream().map(new Keeping<>(list.serializer())::bytes).toList()));
          }
        }
      }
    }
    return cells;
  }

  private KeyContents current() {
    KeyContents contents = current;
    if (contents == null) {
      throw new IllegalStateException(
          "state is used outside process(), where there is no current key");
    }
    return contents;
  }

  private record Arrival(String key, Instant timestamp) implements Context {}

  /** A key's state, read by what the function declares; a snapshot. */
  public static final class KeyView {
    private final KeyContents contents;

    private KeyView(KeyContents contents) {
      this.contents = contents;
    }

    public <T> Optional<T> value(ValueStateDescriptor<T> descriptor) {
      return new KeptValue<>(
              () -> contents, descriptor.name(), new Keeping<>(descriptor.serializer()))
          .value();
    }

    /** The map's entries, in the order of their serialized keys. */
    public <K, V> List<Map.Entry<K, V>> entries(MapStateDescriptor<K, V> descriptor) {
      return keptMap(descriptor).entries();
    }

    /** The value under one user key. */
    public <K, V> Optional<V> entry(MapStateDescriptor<K, V> descriptor, K key) {
      return keptMap(descriptor).get(key);
    }

    public <T> List<T> list(ListStateDescriptor<T> descriptor) {
      return new KeptList<>(
              () -> contents, descriptor.name(), new Keeping<>(descriptor.serializer()))
          .get();
    }

    private <K, V> KeptMap<K, V> keptMap(MapStateDescriptor<K, V> descriptor) {
      return new KeptMap<>(
          () -> contents, descriptor.name(), descriptor.keys(), new Keeping<>(descriptor.values()));
    }
  }

  private final class Declarations implements RuntimeContext {
    @Override
    public <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
      declare(descriptor);
      return new KeptValue<>(
          FunctionHarness.this::current, descriptor.name(), new Keeping<>(descriptor.serializer()));
    }

    @Override
    public <K, V> MapState<K, V> getMapState(MapStateDescriptor<K, V> descriptor) {
      declare(descriptor);
      return new KeptMap<>(
          FunctionHarness.this::current,
          descriptor.name(),
          descriptor.keys(),
          new Keeping<>(descriptor.values()));
    }

    @Override
    public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
      declare(descriptor);
      return new KeptList<>(
          FunctionHarness.this::current, descriptor.name(), new Keeping<>(descriptor.serializer()));
    }

    private void declare(StateDescriptor descriptor) {
      descriptor.schema();
      if (declared.putIfAbsent(descriptor.name(), descriptor) != null) {
        throw new IllegalArgumentException(
            "state \"" + descriptor.name() + "\" is declared twice; give each state its own name");
      }
    }
  }
}
