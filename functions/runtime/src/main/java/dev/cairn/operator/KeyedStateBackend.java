package dev.cairn.operator;

import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.state.Change;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateSchema;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps the state of one subtask: the cells of every state, for every partition key in its hash
 * range. A cell is what a {@link dev.cairn.state.StateKey} names: the value of one key in a value
 * or list state, or one entry of a map state. Its bytes are the value, serialized by the state's
 * serializer.
 *
 * <p>A backend is used by one thread, in this order:
 *
 * <ol>
 *   <li>The states of the function are declared, each once.
 *   <li>{@link #requireCompatible} is called with the stored schemas, then {@link #load} with each
 *       stored change, the oldest first.
 *   <li>Records are applied: {@link #setCurrentKey}, any use of the declared states, then {@link
 *       #verify} and {@link #commit}, or {@link #rollBack}.
 *   <li>{@link #drain} returns the changes since the last drain. Then more records are applied, or
 *       changes of another container are loaded.
 * </ol>
 *
 * <p>Every backend keeps these promises:
 *
 * <ul>
 *   <li>The function reads only values that an earlier record wrote or that were loaded. Changing a
 *       returned object without writing it back does not change state, so a warm container has the
 *       same state as one that loaded it.
 *   <li>A record that is rolled back leaves no trace: neither in reads, nor in drains, nor in
 *       {@link #changedCells}.
 *   <li>Loading everything that was ever drained, in order, gives an equal backend.
 *   <li>Stored states that are not declared are kept as bytes, and are included in {@link #schemas}
 *       and {@link #forEach}.
 * </ul>
 */
public interface KeyedStateBackend extends RecordEffects {
  /** Creates the backend of one subtask. */
  interface Factory {
    /**
     * @param function the function's name for messages
     * @param range the part of the hash space that the subtask's shard owns
     */
    KeyedStateBackend create(String function, HashRange range, Serialization serialization);
  }

  /**
   * Declares a state with one value for each key.
   *
   * @return the state, which accesses the value of the current key
   * @throws IllegalStateException if a key was used already; likewise for the other kinds of state
   */
  <T> ValueState<T> valueState(ValueStateDescriptor<T> descriptor);

  /** Declares a state with a map for each key; each entry is a cell. */
  <K, V> MapState<K, V> mapState(MapStateDescriptor<K, V> descriptor);

  /** Declares a state with a list for each key; the list is one cell. */
  <T> ListState<T> listState(ListStateDescriptor<T> descriptor);

  /** Returns the schemas of all declared and stored states, sorted by name. */
  List<StateSchema> schemas();

  /**
   * Refuses stored states that the function would misread, before any of them is loaded.
   *
   * @throws IncompatibleStateException if a stored state has a declared name, and values that the
   *     declared type cannot read
   */
  void requireCompatible(List<StateSchema> stored);

  /**
   * Applies a stored change, which is not drained again.
   *
   * @throws IllegalArgumentException if the cell's key is malformed, or outside the hash range
   * @throws IllegalStateException if there are changes that were not drained
   */
  void load(Change change);

  /**
   * Begins a record: until it is committed or rolled back, states access the values of this key.
   * The values of a partition key under one hash are not those under another.
   *
   * @param explicitHash the hash under which the key's values are kept; empty for the key's own
   * @throws KeyOutsideRangeException if the hash is not in the range; no record is begun then
   * @throws UnstorableKeyException if the key cannot be stored; no record is begun then
   */
  void setCurrentKey(String partitionKey, Optional<KeyHash> explicitHash);

  /** Begins a record of a key whose values are kept under its own hash. */
  default void setCurrentKey(String partitionKey) {
    setCurrentKey(partitionKey, Optional.empty());
  }

  /** Returns how many cells have changed since the last drain. */
  int changedCells();

  /**
   * Returns the changes since the last drain, sorted by key, one for each cell. Cells that were
   * changed and changed back are included.
   *
   * @throws UnwritableStateException if a value cannot be serialized; nothing is drained then
   */
  List<Change> drain();

  /** Passes all cells to the consumer, sorted, drained or not. */
  void forEach(Consumer<Change.Put> consumer);

  /** Returns the estimated bytes of the container's memory that this backend takes. */
  long retainedBytes();
}
