package dev.cairn.function;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A map per key, stored entry by entry: changing one entry costs one entry, whatever the map's
 * size.
 *
 * <p>Two user keys are the same if they serialize to the same bytes. The lists are snapshots, in
 * the unsigned order of the serialized user keys, which is the same in every container; the map may
 * be changed while a list is iterated. Changing a returned value does not change the state; only
 * {@link #put} does.
 */
public interface MapState<K, V> {
  Optional<V> get(K key);

  void put(K key, V value);

  void remove(K key);

  boolean contains(K key);

  boolean isEmpty();

  List<Map.Entry<K, V>> entries();

  List<K> keys();

  List<V> values();

  void clear();
}
