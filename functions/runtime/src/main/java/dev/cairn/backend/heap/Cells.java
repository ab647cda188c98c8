package dev.cairn.backend.heap;

import dev.cairn.operator.UnreadableStateException;
import dev.cairn.state.KeyHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All cells of the declared states, by partition key. It knows the current key, the changes since
 * the last drain, and how to undo the current record.
 */
final class Cells {
  /** The state of each key under one hash, which is nearly always the only one. */
  private final Map<String, KeyedState> keys = new HashMap<>();

  /** The states of keys under further hashes. */
  private final Map<HashedKey, KeyedState> underOtherHashes = new HashMap<>();

  private final List<Cell> changed = new ArrayList<>();

  /** Keys used since the last drain; the drain removes those without a cell. */
  private final List<KeyedState> met = new ArrayList<>();

  private final UndoLog undo = new UndoLog();
  private long retained;
  private int changedBefore;
  private @Nullable KeyedState current;
  private @Nullable UnreadableStateException unreadable;

  private record HashedKey(String partitionKey, KeyHash hash) {}

  /** Returns the state of a key if it is known to be under the key's own hash. */
  @Nullable KeyedState own(String partitionKey) {
    KeyedState key = keys.get(partitionKey);
    return key != null && key.isOwn ? key : null;
  }

  @Nullable KeyedState find(String partitionKey, KeyHash hash) {
    KeyedState key = keys.get(partitionKey);
    if (key != null && key.hash.equals(hash)) {
      return key;
    }
    return underOtherHashes.isEmpty()
        ? null
        : underOtherHashes.get(new HashedKey(partitionKey, hash));
  }

  KeyedState add(KeyedState key) {
    if (keys.putIfAbsent(key.partitionKey, key) != null) {
      underOtherHashes.put(new HashedKey(key.partitionKey, key.hash), key);
    }
    retained += Footprint.of(key);
    met.add(key);
    return key;
  }

  /** Returns the estimated heap bytes of all keys and cells. */
  long retainedBytes() {
    return retained;
  }

  /** Updates the size of a cell whose bytes or live value have changed. */
  void measure(Cell cell) {
    count(cell, Footprint.of(cell));
  }

  /** Updates the size of a cell whose serialized length is now known. */
  void measure(Cell cell, int encodedBytes) {
    count(cell, Footprint.of(cell, encodedBytes));
  }

  private void count(Cell cell, long bytes) {
    retained += bytes - cell.retained;
    cell.retained = bytes;
  }

  boolean isEmpty() {
    return keys.isEmpty() && underOtherHashes.isEmpty();
  }

  void forEachKey(Consumer<KeyedState> consumer) {
    keys.values().forEach(consumer);
    underOtherHashes.values().forEach(consumer);
  }

  private boolean remove(KeyedState key) {
    return keys.remove(key.partitionKey, key)
        || underOtherHashes.remove(new HashedKey(key.partitionKey, key.hash), key);
  }

  List<Cell> changed() {
    return changed;
  }

  /** Returns the key of the event being processed. */
  KeyedState current() {
    KeyedState key = current;
    if (key == null) {
      throw new IllegalStateException(
          "state is used outside process(), where there is no current key");
    }
    return key;
  }

  void begin(KeyedState key) {
    current = key;
    changedBefore = changed.size();
    unreadable = null;
  }

  /**
   * Checks whether the record's changes can be kept.
   *
   * @throws UnreadableStateException if a cell could not be decoded, even if the function caught
   *     that
   */
  void verify() {
    if (unreadable != null) {
      throw unreadable;
    }
  }

  /** Keeps the record's changes. */
  void commit() {
    undo.clear();
    current = null;
  }

  /** Undoes the record's changes without a trace. */
  void rollBack() {
    current = null;
    for (int i = undo.size() - 1; i >= 0; i--) {
      Cell cell = undo.cell(i);
      boolean was = cell.isPresent();
      undo.restore(i);
      count(cell, was);
      measure(cell);
      if (undo.created(i)) {
        discard(cell);
      }
    }
    undo.clear();
    changed.subList(changedBefore, changed.size()).clear();
  }

  UnreadableStateException unreadable(Cell cell, Throwable cause) {
    UnreadableStateException e =
        new UnreadableStateException(cell.key(), cell.slot.schema().serializers(), cause);
    unreadable = e;
    return e;
  }

  /** Returns the current key's cell of a value or list state. */
  @Nullable Cell single(Slot slot) {
    return (Cell) current().slots[slot.index()];
  }

  Cell singleOrNew(Slot slot) {
    Cell cell = single(slot);
    return cell != null ? cell : created(place(current(), slot, MapKey.NONE));
  }

  /** Returns the current key's cells of a map state. */
  @Nullable MapCells map(Slot slot) {
    return (MapCells) current().slots[slot.index()];
  }

  Cell entryOrNew(Slot slot, MapKey place) {
    MapCells map = map(slot);
    Cell cell = map == null ? null : map.byPlace.get(place);
    return cell != null ? cell : created(place(current(), slot, place));
  }

  void write(Cell cell, byte @Nullable [] bytes, @Nullable Object value) {
    undo.add(cell);
    boolean was = cell.isPresent();
    cell.bytes = bytes;
    cell.value = value;
    count(cell, was);
    measure(cell);
    if (!cell.changed) {
      cell.changed = true;
      changed.add(cell);
    }
  }

  void remove(Cell cell) {
    if (cell.isPresent()) {
      write(cell, null, null);
    }
  }

  /** Loads a stored cell, which does not count as a change. */
  void load(KeyedState key, Slot slot, MapKey place, byte[] bytes) {
    Cell cell = at(key, slot, place);
    if (cell == null) {
      cell = place(key, slot, place);
    }
    boolean was = cell.isPresent();
    cell.bytes = bytes;
    cell.value = null;
    count(cell, was);
    measure(cell);
  }

  /** Removes a cell that is no longer stored, which does not count as a change. */
  void unload(KeyedState key, Slot slot, MapKey place) {
    Cell cell = at(key, slot, place);
    if (cell != null) {
      boolean was = cell.isPresent();
      cell.bytes = null;
      cell.value = null;
      count(cell, was);
      discard(cell);
    }
  }

  /** Clears the changes, absent cells, and keys without a cell, after a drain. */
  void settle() {
    for (Cell cell : changed) {
      cell.changed = false;
      if (!cell.isPresent()) {
        discard(cell);
        met.add(cell.owner);
      } else if (cell.value != null) {
        cell.bytes = null;
        measure(cell);
      }
    }
    changed.clear();
    for (KeyedState key : met) {
      if (key.cells == 0) {
        if (remove(key)) {
          retained -= Footprint.of(key);
        }
      }
    }
    met.clear();
  }

  static void forEach(KeyedState key, Consumer<Cell> consumer) {
    for (Object slot : key.slots) {
      if (slot instanceof Cell cell && cell.isPresent()) {
        consumer.accept(cell);
      } else if (slot instanceof MapCells map) {
        for (Cell cell : map.byPlace.values()) {
          if (cell.isPresent()) {
            consumer.accept(cell);
          }
        }
      }
    }
  }

  private static @Nullable Cell at(KeyedState key, Slot slot, MapKey place) {
    Object held = key.slots[slot.index()];
    return held instanceof MapCells map ? map.byPlace.get(place) : (Cell) held;
  }

  private static Cell place(KeyedState key, Slot slot, MapKey place) {
    Cell cell = new Cell(key, slot, place);
    if (slot.isMap()) {
      MapCells map = (MapCells) key.slots[slot.index()];
      if (map == null) {
        map = new MapCells();
        key.slots[slot.index()] = map;
      }
      map.byPlace.put(place, cell);
    } else {
      key.slots[slot.index()] = cell;
    }
    key.cells++;
    return cell;
  }

  private Cell created(Cell cell) {
    undo.addCreated(cell);
    return cell;
  }

  private void discard(Cell cell) {
    count(cell, 0L);
    @Nullable Object[] slots = cell.owner.slots;
    if (slots[cell.slot.index()] instanceof MapCells map) {
      map.byPlace.remove(cell.place);
      if (map.byPlace.isEmpty()) {
        slots[cell.slot.index()] = null;
      }
    } else {
      slots[cell.slot.index()] = null;
    }
    cell.owner.cells--;
  }

  private static void count(Cell cell, boolean was) {
    if (cell.isPresent() != was && cell.owner.slots[cell.slot.index()] instanceof MapCells map) {
      map.live += was ? -1 : 1;
    }
  }
}
