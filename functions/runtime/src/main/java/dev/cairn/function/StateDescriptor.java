package dev.cairn.function;

import dev.cairn.state.StateSchema;

/** What a function declares of one of its states. */
public sealed interface StateDescriptor
    permits ValueStateDescriptor, MapStateDescriptor, ListStateDescriptor {
  String name();

  /** The declaration as checkpoints carry it. */
  StateSchema schema();
}
