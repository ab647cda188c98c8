package dev.cairn.function;

import dev.cairn.state.StateSchema;

/**
 * Declares one value per key.
 *
 * @param name the state's name in checkpoints: 1 to 200 letters, digits and {@code _ - . :}, unique
 *     in its function, and kept as long as the state is
 * @param serializer how the value is stored; part of what a checkpoint is checked against
 */
public record ValueStateDescriptor<T>(String name, Serializer<T> serializer)
    implements StateDescriptor {
  public ValueStateDescriptor {
    StateNames.require(name);
  }

  /** Stores the value as {@link Serializers#of} says. */
  public static <T> ValueStateDescriptor<T> of(String name, Class<T> type) {
    return new ValueStateDescriptor<>(name, Serializers.of(type));
  }

  @Override
  public StateSchema schema() {
    return Schemas.value(name, serializer);
  }
}
