package dev.cairn.function;

import dev.cairn.state.StateSchema;

/** The declaration of one of a function's states. */
public sealed interface StateDescriptor
    permits ValueStateDescriptor, MapStateDescriptor, ListStateDescriptor {
  String name();

  /** The declaration as checkpoints carry it. */
  StateSchema schema();
}
