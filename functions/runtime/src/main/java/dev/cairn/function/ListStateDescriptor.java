package dev.cairn.function;

import dev.cairn.state.StateSchema;

/**
 * Declares a list per key.
 *
 * @param name the state's name in checkpoints: 1 to 200 letters, digits and {@code _ - . :}, unique
 *     in its function, and kept as long as the state is
 * @param serializer how the element is stored; part of what a checkpoint is checked against
 */
public record ListStateDescriptor<T>(String name, Serializer<T> serializer)
    implements StateDescriptor {
  public ListStateDescriptor {
    StateNames.require(name);
  }

  /** Stores the element as {@link Serializers#of} says. */
  public static <T> ListStateDescriptor<T> of(String name, Class<T> type) {
    return new ListStateDescriptor<>(name, Serializers.of(type));
  }

  @Override
  public StateSchema schema() {
    return Schemas.list(name, serializer);
  }
}
