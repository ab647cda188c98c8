package dev.cairn.function;

import dev.cairn.state.StateSchema;

/**
 * Declares a list per key.
 *
 * @param name the state's name in checkpoints: 1 to 200 letters, digits and {@code _ - . :}, unique
 *     in its function, and unchanged as long as the state exists
 * @param serializer how the element is stored; a restore compares it with the one in the checkpoint
 */
public record ListStateDescriptor<T>(String name, Serializer<T> serializer)
    implements StateDescriptor {
  public ListStateDescriptor {
    StateNames.require(name);
  }

  /** Chooses the element's serializer by {@link Serializers#of}. */
  public static <T> ListStateDescriptor<T> of(String name, Class<T> type) {
    return new ListStateDescriptor<>(name, Serializers.of(type));
  }

  @Override
  public StateSchema schema() {
    return Schemas.list(name, serializer);
  }
}
