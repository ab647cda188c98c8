package dev.cairn.backend.heap;

import dev.cairn.cbor.Cbor;
import dev.cairn.function.ExactSerializer;
import dev.cairn.function.MapState;
import dev.cairn.operator.UserCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

record HeapMapState<K, V>(Cells cells, Slot slot, ExactSerializer<K> keySerializer, Single<V> codec)
    implements MapState<K, V> {
  private static final Comparator<Cell> BY_PLACE = Comparator.comparing(cell -> cell.place);

  @Override
  public Optional<V> get(K key) {
    Cell cell = find(key);
    return cell == null ? Optional.empty() : Optional.of(codec.read(cells, cell));
  }

  @Override
  public void put(K key, V value) {
    Objects.requireNonNull(key, "a map state's key is null");
    MapKey place = new MapKey(Cbor.requireItem(keySerializer.serializeExactly(key)));
    Object kept = codec.keep(value);
    codec.write(cells, cells.entryOrNew(slot, place), kept);
  }

  @Override
  public void remove(K key) {
    Cell cell = find(key);
    if (cell != null) {
      cells.remove(cell);
    }
  }

  @Override
  public boolean contains(K key) {
    return find(key) != null;
  }

  @Override
  public boolean isEmpty() {
    MapCells map = cells.map(slot);
    return map == null || map.live == 0;
  }

  @Override
  public List<Map.Entry<K, V>> entries() {
    List<Map.Entry<K, V>> entries = new ArrayList<>();
    for (Cell cell : sorted()) {
      entries.add(Map.entry(userKey(cell), codec.read(cells, cell)));
    }
    return List.copyOf(entries);
  }

  @Override
  public List<K> keys() {
    return sorted().stream().map(this::userKey).toList();
  }

  @Override
  public List<V> values() {
    return sorted().stream().map(cell -> codec.read(cells, cell)).toList();
  }

  @Override
  public void clear() {
    for (Cell cell : sorted()) {
      cells.remove(cell);
    }
  }

  private @Nullable Cell find(K key) {
    MapCells map = cells.map(slot);
    Cell cell = map == null ? null : map.byPlace.get(place(key));
    return cell != null && cell.isPresent() ? cell : null;
  }

  private MapKey place(K key) {
    Objects.requireNonNull(key, "a map state's key is null");
    return new MapKey(Cbor.requireItem(keySerializer.serialize(key)));
  }

  private K userKey(Cell cell) {
    try {
      return keySerializer.deserialize(cell.place.bytes());
    } catch (Throwable e) {
      UserCode.rethrowIfNotItsOwn(e);
      throw cells.unreadable(cell, e);
    }
  }

  private List<Cell> sorted() {
    MapCells map = cells.map(slot);
    if (map == null) {
      return List.of();
    }
    List<Cell> present = new ArrayList<>(map.live);
    for (Cell cell : map.byPlace.values()) {
      if (cell.isPresent()) {
        present.add(cell);
      }
    }
    present.sort(BY_PLACE);
    return present;
  }
}
