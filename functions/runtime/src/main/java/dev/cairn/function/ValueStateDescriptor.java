package dev.cairn.function;

import dev.cairn.state.StateSchema;

/**
 * Declares one value per key.
 *
 * @param name the state's name in checkpoints: 1 to 200 letters, digits and {@code _ - . :}, unique
 *     in its function, and unchanged as long as the state exists
 * @param serializer how the value is stored; a restore compares it with the one in the checkpoint
 */
public record ValueStateDescriptor<T>(String name, Serializer<T> serializer)
    implements StateDescriptor {
  public ValueStateDescriptor {
    StateNames.require(name);
  }

  /** Chooses the value's serializer by {@link Serializers#of}. */
  public static <T> ValueStateDescriptor<T> of(String name, Class<T> type) {
    return new ValueStateDescriptor<>(name, Serializers.of(type));
  }

  @Override
  public StateSchema schema() {
    return Schemas.value(name, serializer);
  }
}
