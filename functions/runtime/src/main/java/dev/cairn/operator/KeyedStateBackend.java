package dev.cairn.operator;

import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.state.Change;
import dev.cairn.state.HashRange;
import dev.cairn.state.StateSchema;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps the state of one subtask: the cells of every state, for every partition key in its hash
 * range. A cell is what a {@link dev.cairn.state.StateKey} names: the value of one key in a value
 * or list state, or one entry of a map state. Its bytes are what the state's serializer makes of
 * the value.
 *
 * <p>A backend is used by one thread, in this order:
 *
 * <ol>
 *   <li>The states of the function are declared, each once.
 *   <li>{@link #requireCompatible} is given the schemas of what is stored, then {@link #load} each
 *       stored change, the oldest first.
 *   <li>Records are applied: {@link #setCurrentKey}, any use of the declared states, then {@link
 *       #verify} and {@link #commit}, or {@link #rollBack}.
 *   <li>{@link #drain} hands out what the records since the last drain have changed. Then more
 *       records are applied, or changes of another container are loaded.
 * </ol>
 *
 * <p>Every backend keeps these promises:
 *
 * <ul>
 *   <li>What the function reads is what a record before it wrote, or what was loaded, and nothing
 *       else. An object that the function has read and changed, but not given back, changes no
 *       state: a container that was warm knows no more than one that loaded its state.
 *   <li>A record that is rolled back leaves no trace: neither in what is read, nor in what is
 *       drained, nor in {@link #changedCells}.
 *   <li>Loading everything that was ever drained, in its order, makes an equal backend.
 *   <li>States that are stored and not declared are kept as bytes, and are part of {@link #schemas}
 *       and {@link #forEach}.
 * </ul>
 */
public interface KeyedStateBackend extends RecordEffects {
  /** Makes the backend of one subtask. */
  interface Factory {
    /**
     * @param function what the backend calls the function in messages
     * @param range the part of the hash space that the subtask's shard owns
     */
    KeyedStateBackend create(String function, HashRange range, Serialization serialization);
  }

  /**
   * Declares a state with one value for each key.
   *
   * @return the value of the current key, whichever that is
   * @throws IllegalStateException if a key is known already; likewise for the other kinds of state
   */
  <T> ValueState<T> valueState(ValueStateDescriptor<T> descriptor);

  /** Declares a state with a map for each key, of which each entry is a cell. */
  <K, V> MapState<K, V> mapState(MapStateDescriptor<K, V> descriptor);

  /** Declares a state with a list for each key, which is one cell. */
  <T> ListState<T> listState(ListStateDescriptor<T> descriptor);

  /**
   * The schemas of all states, sorted by name: of the declared ones, and of others that are stored.
   */
  List<StateSchema> schemas();

  /**
   * Refuses stored states that the function would misread, before any of them is loaded.
   *
   * @throws IncompatibleStateException if a stored state has a declared name, and values that the
   *     declared type cannot read
   */
  void requireCompatible(List<StateSchema> stored);

  /**
   * Applies a change that is stored already, so that it is not drained again.
   *
   * @throws IllegalArgumentException if the cell's key is malformed, or outside the hash range
   * @throws IllegalStateException if there are changes that were not drained
   */
  void load(Change change);

  /**
   * Begins a record: until it is committed or rolled back, states mean this key.
   *
   * @throws KeyOutsideRangeException if the key is not in the hash range; no record is begun then
   * @throws UnstorableKeyException if the key cannot be stored; no record is begun then
   */
  void setCurrentKey(String partitionKey);

  /** How many cells have changed since the last drain. */
  int changedCells();

  /**
   * Hands out what has changed since the last drain, sorted by key, each cell once. A cell that was
   * changed and changed back is among it.
   *
   * @throws UnwritableStateException if a value cannot be serialized; nothing is drained then
   */
  List<Change> drain();

  /** Hands over all cells of one partition key, sorted, whether drained or not. */
  List<Change.Put> ofKey(String partitionKey);

  /** Hands over all cells, sorted, whether drained or not. */
  void forEach(Consumer<Change.Put> consumer);

  /** The bytes of the container's memory that this backend takes, as an estimate. */
  long retainedBytes();
}
