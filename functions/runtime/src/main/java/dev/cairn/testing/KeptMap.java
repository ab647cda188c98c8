package dev.cairn.testing;

import dev.cairn.function.MapState;
import dev.cairn.function.Serializer;
import dev.cairn.function.Serializers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

record KeptMap<K, V>(
    Supplier<KeyContents> contents, String name, Serializer<K> keySerializer, Keeping<V> keeping)
    implements MapState<K, V> {
  @Override
  public Optional<V> get(K key) {
    return Optional.ofNullable(kept().get(keySerializer.serialize(key))).map(keeping::give);
  }

  @Override
  public void put(K key, V value) {
    kept().put(Serializers.exact(keySerializer).serializeExactly(key), keeping.keep(value));
  }

  @Override
  public void remove(K key) {
    kept().remove(keySerializer.serialize(key));
  }

  @Override
  public boolean contains(K key) {
    return kept().containsKey(keySerializer.serialize(key));
  }

  @Override
  public boolean isEmpty() {
    return kept().isEmpty();
  }

  @Override
  public List<Map.Entry<K, V>> entries() {
    return kept().entrySet().stream()
        .map(
            entry ->
                Map.entry(
                    keySerializer.deserialize(entry.getKey()), keeping.give(entry.getValue())))
        .toList();
  }

  @Override
  public List<K> keys() {
    return kept().keySet().stream().map(keySerializer::deserialize).toList();
  }

  @Override
  public List<V> values() {
    return kept().values().stream().map(keeping::give).toList();
  }

  @Override
  public void clear() {
    kept().clear();
  }

  private TreeMap<byte[], Object> kept() {
    return contents.get().map(name);
  }
}
