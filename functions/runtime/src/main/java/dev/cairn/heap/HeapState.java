package dev.cairn.heap;

import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.Serializer;
import dev.cairn.function.Serializers;
import dev.cairn.function.StateDescriptor;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.heap.RecordFailedException.Stage;
import dev.cairn.state.Change;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import dev.cairn.state.StateSchema;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The live state of one subtask as objects on the heap, and the function that runs on it. For one
 * thread.
 *
 * <p>A value is shared with the function, and serialized when changes are drained, only if its
 * serializer says that it is immutable. Any other is kept as bytes: each read decodes a new copy,
 * and each update serializes at once. So an object that was read and changed, but not given back,
 * never becomes state, and a warm container never knows more than a cold one would.
 *
 * <p>Each record is atomic: what a failing one did is undone cell by cell, from a log of what the
 * cells were.
 *
 * <p>States that are stored but that the function no longer declares are carried along as bytes.
 */
public final class HeapState<E> {

  /** When the values of immutable types are serialized. */
  public enum Serialization {
    /** When changes are drained: once for each changed cell, however often it changed. */
    AT_DRAIN,
    /**
     * At every update, so that a value that cannot be stored fails the record that leaves it,
     * rather than the batch. Slower; for finding out after an {@link UnwritableStateException}.
     */
    AT_ONCE
  }

  private static final Comparator<Change> BY_KEY = Comparator.comparing(Change::key);
  private static final int LONGEST_KEY_BYTES = 0xFFFF;

  private final KeyedFunction<E> function;
  private final Deserializer<E> deserializer;
  private final HashRange range;
  private final Map<String, Slot> slots;
  private final Cells cells = new Cells();
  private final CurrentRecord currentRecord = new CurrentRecord();

  /** Declared states as they are stored: with the components that older values still have. */
  private final Map<String, StateSchema> evolved = new HashMap<>();

  private final Map<String, StateSchema> undeclaredSchemas = new HashMap<>();
  private final TreeMap<StateKey, byte[]> undeclared = new TreeMap<>();
  private long undeclaredBytes;

  /**
   * Opens the function, without any state yet.
   *
   * @param function a new instance; it belongs to this state from now on
   * @param range the part of the hash space that the subtask's shard owns
   * @throws FunctionNotOpenedException if the function cannot be opened
   */
  public HeapState(KeyedFunction<E> function, HashRange range) {
    this(function, range, Serialization.AT_DRAIN);
  }

  public HeapState(KeyedFunction<E> function, HashRange range, Serialization serialization) {
    this.function = function;
    this.range = range;
    Declarations declarations = new Declarations(serialization);
    try {
      this.deserializer =
          Objects.requireNonNull(function.deserializer(), "deserializer() returned null");
      function.open(declarations);
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      throw new FunctionNotOpenedException(
          "function " + function.getClass().getName() + " cannot be opened: " + e, e);
    }
    this.slots = declarations.close();
  }

  /** All states, sorted by name: the declared ones, and those that are carried along. */
  public List<StateSchema> schemas() {
    List<StateSchema> schemas = new ArrayList<>(undeclaredSchemas.values());
    slots
        .values()
        .forEach(slot -> schemas.add(evolved.getOrDefault(slot.schema().name(), slot.schema())));
    schemas.sort(Comparator.comparing(StateSchema::name));
    return List.copyOf(schemas);
  }

  /**
   * Refuses stored states that the function would misread, and remembers those that it does not
   * declare. Called before anything of them is loaded.
   *
   * @throws IncompatibleStateException if one has a declared name, but values that the declared
   *     type cannot read
   */
  public void requireCompatible(List<StateSchema> stored) {
    Map<String, StateSchema> accepted = new HashMap<>();
    for (StateSchema schema : stored) {
      Slot slot = slots.get(schema.name());
      if (slot == null) {
        continue;
      }
      switch (schema.to(slot.schema())) {
        case StateSchema.Change.Accepted change -> accepted.put(schema.name(), change.schema());
        case StateSchema.Change.Refused refused ->
            throw new IncompatibleStateException(
                function.getClass().getName(), schema, slot.schema(), refused);
      }
    }
    evolved.putAll(accepted);
    for (StateSchema schema : stored) {
      if (!slots.containsKey(schema.name())) {
        undeclaredSchemas.put(schema.name(), schema);
      }
    }
  }

  /**
   * Applies a change that is stored already, so that it is not drained again. Its value is decoded
   * when it is first read.
   *
   * @throws IllegalArgumentException if the cell's key is malformed, or outside the hash range
   * @throws IllegalStateException if there are changes that were not drained
   */
  public void load(Change change) {
    if (!cells.changed().isEmpty()) {
      throw new IllegalStateException(
          cells.changed().size()
              + " changes of this state are not drained; loading now would mix it");
    }
    StateKey.Parts parts = change.key().parts();
    if (!range.contains(parts.hash())) {
      throw new IllegalArgumentException(
          "stored cell "
              + change.key()
              + " lies outside the hash range "
              + range
              + " of this state");
    }
    Slot slot = slots.get(parts.state());
    if (slot == null) {
      loadUndeclared(change);
      return;
    }
    if (!slot.isMap() && parts.place().length > 0) {
      throw new IllegalArgumentException(
          "stored cell "
              + change.key()
              + " has a place, which a "
              + slot.schema().kind()
              + " has not");
    }
    KeyedState key = cells.find(parts.partitionKey());
    if (key == null) {
      key = cells.add(new KeyedState(parts.partitionKey(), parts.hash(), true, slots.size()));
    }
    MapKey place = slot.isMap() ? new MapKey(parts.place()) : MapKey.NONE;
    switch (change) {
      case Change.Put put -> cells.load(key, slot, place, put.value());
      case Change.Removed removed -> cells.unload(key, slot, place);
    }
  }

  private void loadUndeclared(Change change) {
    byte[] before =
        switch (change) {
          case Change.Put put -> undeclared.put(put.key(), put.value());
          case Change.Removed removed -> undeclared.remove(removed.key());
        };
    undeclaredBytes -= before == null ? 0 : Footprint.ofUndeclared(change.key(), before);
    undeclaredBytes +=
        change instanceof Change.Put put ? Footprint.ofUndeclared(put.key(), put.value()) : 0;
  }

  /**
   * About how many bytes of the heap this state takes. Kept up to date with each change; {@link
   * Footprint} says how exact it is.
   */
  public long retainedBytes() {
    return cells.retainedBytes() + undeclaredBytes;
  }

  /**
   * Requires that a partition key belongs to this state, so that a batch can be refused before its
   * first record is applied. The key's hash is computed once, and {@link #process} finds it.
   *
   * @throws KeyOutsideRangeException if it does not
   */
  public void requireOwned(String partitionKey) {
    key(partitionKey);
  }

  /**
   * Applies one record, entirely or not at all.
   *
   * @throws RecordFailedException if the record cannot be decoded or the function threw; state is
   *     what it was
   * @throws KeyOutsideRangeException if the partition key does not belong to this state, which is
   *     what it was
   * @throws UnreadableStateException if a stored value cannot be decoded; state is what it was
   */
  public void process(String partitionKey, byte[] data, Instant arrival)
      throws RecordFailedException {
    KeyedState key = key(partitionKey);
    if (!key.storable) {
      throw new RecordFailedException(
          Stage.DESERIALIZATION,
          partitionKey,
          new IllegalArgumentException(
              "a partition key is Unicode text of at most "
                  + LONGEST_KEY_BYTES
                  + " bytes in UTF-8"));
    }
    E event = decode(partitionKey, data);
    cells.begin(key);
    currentRecord.key = partitionKey;
    currentRecord.timestamp = arrival;
    boolean applied = false;
    try {
      function.process(event, currentRecord);
      cells.commit();
      applied = true;
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      UnreadableStateException unreadable = cells.unreadable();
      if (unreadable != null) {
        throw unreadable;
      }
      throw new RecordFailedException(Stage.PROCESSING, partitionKey, e);
    } finally {
      if (!applied) {
        cells.rollBack();
      }
    }
  }

  /** How many cells have changed since the last drain. */
  public int changedCells() {
    return cells.changed().size();
  }

  /**
   * What has changed since the last drain, sorted by key, each cell once. A cell that was changed
   * and changed back is among them.
   *
   * @throws UnwritableStateException if a value cannot be serialized; nothing is drained then
   */
  public List<Change> drain() {
    List<Change> changes = new ArrayList<>(cells.changed().size());
    for (Cell cell : cells.changed()) {
      if (cell.isPresent()) {
        byte[] encoded = cell.encoded();
        cells.measure(cell, encoded.length);
        changes.add(new Change.Put(cell.key(), encoded));
      } else {
        changes.add(new Change.Removed(cell.key()));
      }
    }
    changes.sort(BY_KEY);
    cells.settle();
    return changes;
  }

  /** All cells of one partition key, sorted, whether drained or not. */
  public List<Change.Put> ofKey(String partitionKey) {
    KeyHash hash = KeyHash.of(partitionKey);
    List<Change.Put> puts = new ArrayList<>();
    KeyedState key = cells.find(partitionKey);
    if (key != null) {
      Cells.forEach(key, cell -> puts.add(put(cell)));
    }
    StateKey first = StateKey.of(hash, partitionKey, "", new byte[0]);
    for (Map.Entry<StateKey, byte[]> cell : undeclared.tailMap(first).entrySet()) {
      if (!cell.getKey().parts().partitionKey().equals(partitionKey)) {
        break;
      }
      puts.add(new Change.Put(cell.getKey(), cell.getValue()));
    }
    puts.sort(BY_KEY);
    return puts;
  }

  /** All cells, sorted, whether drained or not; serializes what is not serialized. */
  public void forEach(Consumer<Change.Put> consumer) {
    List<Change.Put> puts = new ArrayList<>();
    for (KeyedState key : cells.keys()) {
      Cells.forEach(key, cell -> puts.add(put(cell)));
    }
    undeclared.forEach((key, value) -> puts.add(new Change.Put(key, value)));
    puts.sort(BY_KEY);
    puts.forEach(consumer);
  }

  private static Change.Put put(Cell cell) {
    return new Change.Put(cell.key(), cell.encoded());
  }

  private KeyedState key(String partitionKey) {
    KeyedState key = cells.find(partitionKey);
    if (key != null) {
      return key;
    }
    KeyHash hash = KeyHash.of(partitionKey);
    if (!range.contains(hash)) {
      throw new KeyOutsideRangeException(partitionKey, hash, range);
    }
    return cells.add(new KeyedState(partitionKey, hash, isStorable(partitionKey), slots.size()));
  }

  private static boolean isStorable(String partitionKey) {
    byte[] utf8 = partitionKey.getBytes(StandardCharsets.UTF_8);
    return utf8.length <= LONGEST_KEY_BYTES
        && new String(utf8, StandardCharsets.UTF_8).equals(partitionKey);
  }

  private E decode(String partitionKey, byte[] data) throws RecordFailedException {
    try {
      return Objects.requireNonNull(
          deserializer.deserialize(data), "the deserializer returned null");
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      throw new RecordFailedException(Stage.DESERIALIZATION, partitionKey, e);
    }
  }

  /** Gathers what the function declares while it is opened. */
  private final class Declarations implements RuntimeContext {
    private final boolean shareImmutable;
    private final Map<String, Slot> declared = new HashMap<>();
    private boolean open = true;

    Declarations(Serialization serialization) {
      this.shareImmutable = serialization == Serialization.AT_DRAIN;
    }

    @Override
    public <T> ValueState<T> getState(ValueStateDescriptor<T> descriptor) {
      Single<T> codec = single(descriptor.serializer());
      return new HeapValueState<>(cells, declare(descriptor, codec), codec);
    }

    @Override
    public <K, V> MapState<K, V> getMapState(MapStateDescriptor<K, V> descriptor) {
      Single<V> codec = single(descriptor.values());
      return new HeapMapState<>(
          cells, declare(descriptor, codec), Serializers.exact(descriptor.keys()), codec);
    }

    @Override
    public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
      Elements<T> codec =
          new Elements<>(
              Serializers.exact(descriptor.serializer()), isShared(descriptor.serializer()));
      return new HeapListState<>(cells, declare(descriptor, codec), codec);
    }

    Map<String, Slot> close() {
      open = false;
      return declared;
    }

    private <T> Single<T> single(Serializer<T> serializer) {
      return new Single<>(Serializers.exact(serializer), isShared(serializer));
    }

    private boolean isShared(Serializer<?> serializer) {
      return shareImmutable && serializer.immutable();
    }

    private Slot declare(StateDescriptor descriptor, Codec codec) {
      if (!open) {
        throw new IllegalStateException(
            "state \"" + descriptor.name() + "\" is declared after open(); declare it there");
      }
      Slot slot = new Slot(declared.size(), descriptor.schema(), codec);
      if (declared.putIfAbsent(descriptor.name(), slot) != null) {
        throw new IllegalArgumentException(
            "state \"" + descriptor.name() + "\" is declared twice; give each state its own name");
      }
      return slot;
    }
  }

  /** One object for all records: a record costs no allocation for it. */
  private static final class CurrentRecord implements Context {
    private String key = "";
    private Instant timestamp = Instant.EPOCH;

    @Override
    public String key() {
      return key;
    }

    @Override
    public Instant timestamp() {
      return timestamp;
    }
  }
}
