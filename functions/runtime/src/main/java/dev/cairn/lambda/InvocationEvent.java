package dev.cairn.lambda;

import dev.cairn.job.WakeMessage;

/** The event with which the function was invoked. */
public sealed interface InvocationEvent permits KinesisBatch, InvocationEvent.Wake {

  /** The coordinator wakes a shard that no record may come for. */
  record Wake(WakeMessage message) implements InvocationEvent {}
}
