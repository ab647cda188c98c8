package dev.cairn.backend.heap;

import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.Serializer;
import dev.cairn.function.Serializers;
import dev.cairn.function.StateDescriptor;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.operator.IncompatibleStateException;
import dev.cairn.operator.KeyOutsideRangeException;
import dev.cairn.operator.KeyedStateBackend;
import dev.cairn.operator.Serialization;
import dev.cairn.operator.UnstorableKeyException;
import dev.cairn.state.Change;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import dev.cairn.state.StateSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Keeps all state of a subtask as objects on the heap.
 *
 * <p>A value is shared with the function, and serialized when changes are drained, only if its
 * serializer declares it immutable. Any other value is kept as bytes: each read decodes a new copy,
 * and each update serializes immediately.
 *
 * <p>The changes of a failing record are undone cell by cell, from a log of the previous values.
 */
public final class HeapStateBackend implements KeyedStateBackend {
  private static final Comparator<Change> BY_KEY = Comparator.comparing(Change::key);
  private static final int LONGEST_KEY_BYTES = 0xFFFF;

  private final String function;
  private final HashRange range;
  private final boolean shareImmutable;
  private final Map<String, Slot> slots = new HashMap<>();
  private final Cells cells = new Cells();

  /** The stored schemas of declared states, including components that only older values have. */
  private final Map<String, StateSchema> evolved = new HashMap<>();

  private final Map<String, StateSchema> undeclaredSchemas = new HashMap<>();
  private final TreeMap<StateKey, byte[]> undeclared = new TreeMap<>();
  private long undeclaredBytes;

  /** See {@link KeyedStateBackend.Factory#create}. */
  public HeapStateBackend(String function, HashRange range, Serialization serialization) {
    this.function = function;
    this.range = range;
    this.shareImmutable = serialization == Serialization.AT_DRAIN;
  }

  @Override
  public <T> ValueState<T> valueState(ValueStateDescriptor<T> descriptor) {
    Single<T> codec = single(descriptor.serializer());
    return new HeapValueState<>(cells, declare(descriptor, codec), codec);
  }

  @Override
  public <K, V> MapState<K, V> mapState(MapStateDescriptor<K, V> descriptor) {
    Single<V> codec = single(descriptor.values());
    return new HeapMapState<>(
        cells, declare(descriptor, codec), Serializers.exact(descriptor.keys()), codec);
  }

  @Override
  public <T> ListState<T> listState(ListStateDescriptor<T> descriptor) {
    Elements<T> codec =
        new Elements<>(
            Serializers.exact(descriptor.serializer()), isShared(descriptor.serializer()));
    return new HeapListState<>(cells, declare(descriptor, codec), codec);
  }

  private <T> Single<T> single(Serializer<T> serializer) {
    return new Single<>(Serializers.exact(serializer), isShared(serializer));
  }

  private boolean isShared(Serializer<?> serializer) {
    return shareImmutable && serializer.immutable();
  }

  private Slot declare(StateDescriptor descriptor, Codec codec) {
    if (!cells.isEmpty()) {
      // A key has as many slots as there were states when it was first used.
      throw new IllegalStateException(
          "state \"" + descriptor.name() + "\" is declared after state was loaded or used");
    }
    Slot slot = new Slot(slots.size(), descriptor.schema(), codec);
    slots.put(descriptor.name(), slot);
    return slot;
  }

  @Override
  public List<StateSchema> schemas() {
    List<StateSchema> schemas = new ArrayList<>(undeclaredSchemas.values());
    slots
        .values()
        .forEach(slot -> schemas.add(evolved.getOrDefault(slot.schema().name(), slot.schema())));
    schemas.sort(Comparator.comparing(StateSchema::name));
    return List.copyOf(schemas);
  }

  @Override
  public void requireCompatible(List<StateSchema> stored) {
    Map<String, StateSchema> accepted = new HashMap<>();
    for (StateSchema schema : stored) {
      Slot slot = slots.get(schema.name());
      if (slot == null) {
        continue;
      }
      switch (schema.to(slot.schema())) {
        case StateSchema.SchemaChange.Accepted change ->
            accepted.put(schema.name(), change.schema());
        case StateSchema.SchemaChange.Refused refused ->
            throw new IncompatibleStateException(function, schema, slot.schema(), refused);
      }
    }
    evolved.putAll(accepted);
    for (StateSchema schema : stored) {
      if (!slots.containsKey(schema.name())) {
        undeclaredSchemas.put(schema.name(), schema);
      }
    }
  }

  /** Applies a stored change. Its value is decoded when it is first read. */
  @Override
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
    KeyedState key = cells.find(parts.partitionKey(), parts.hash());
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

  /** Updated with each change; see {@link Footprint} for its precision. */
  @Override
  public long retainedBytes() {
    return cells.retainedBytes() + undeclaredBytes;
  }

  @Override
  public void setCurrentKey(String partitionKey, Optional<KeyHash> explicitHash) {
    KeyedState key =
        explicitHash.isEmpty() ? own(partitionKey) : key(partitionKey, explicitHash.get());
    if (!key.storable) {
      throw new UnstorableKeyException(
          "a partition key is Unicode text of at most " + LONGEST_KEY_BYTES + " bytes in UTF-8");
    }
    cells.begin(key);
  }

  @Override
  public void verify() {
    cells.verify();
  }

  @Override
  public void commit() {
    cells.commit();
  }

  @Override
  public void rollBack() {
    cells.rollBack();
  }

  @Override
  public int changedCells() {
    return cells.changed().size();
  }

  @Override
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

  @Override
  public void forEach(Consumer<Change.Put> consumer) {
    List<Change.Put> puts = new ArrayList<>();
    cells.forEachKey(key -> Cells.forEach(key, cell -> puts.add(put(cell))));
    undeclared.forEach((key, value) -> puts.add(new Change.Put(key, value)));
    puts.sort(BY_KEY);
    puts.forEach(consumer);
  }

  private static Change.Put put(Cell cell) {
    return new Change.Put(cell.key(), cell.encoded());
  }

  /** Returns the state of a key under its own hash, which is computed once for each key. */
  private KeyedState own(String partitionKey) {
    KeyedState known = cells.own(partitionKey);
    if (known != null) {
      return known;
    }
    KeyedState key = key(partitionKey, KeyHash.of(partitionKey));
    key.isOwn = true;
    return key;
  }

  private KeyedState key(String partitionKey, KeyHash hash) {
    KeyedState key = cells.find(partitionKey, hash);
    if (key != null) {
      return key;
    }
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
}
