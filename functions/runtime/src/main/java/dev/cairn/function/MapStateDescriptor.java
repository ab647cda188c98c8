package dev.cairn.function;

import dev.cairn.state.StateSchema;

/**
 * Declares a map per key.
 *
 * @param name the state's name in checkpoints: 1 to 200 letters, digits and {@code _ - . :}, unique
 *     in its function, and unchanged as long as the state exists
 * @param keys how the user keys are stored; equal keys must serialize to equal bytes
 * @param values how the values are stored
 */
public record MapStateDescriptor<K, V>(String name, Serializer<K> keys, Serializer<V> values)
    implements StateDescriptor {
  public MapStateDescriptor {
    StateNames.require(name);
    Serializers.requireKey(keys);
  }

  /** Chooses the serializers of keys and values by {@link Serializers#of}. */
  public static <K, V> MapStateDescriptor<K, V> of(
      String name, Class<K> keyType, Class<V> valueType) {
    return new MapStateDescriptor<>(name, Serializers.of(keyType), Serializers.of(valueType));
  }

  @Override
  public StateSchema schema() {
    return Schemas.map(name, keys, values);
  }
}
