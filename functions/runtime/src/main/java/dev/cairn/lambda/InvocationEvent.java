package dev.cairn.lambda;

import dev.cairn.id.ShardId;

/** Why the function was invoked. */
public sealed interface InvocationEvent permits KinesisBatch, InvocationEvent.Wake {

  /** The coordinator asks for work on a shard that no record may come for. */
  record Wake(ShardId shard) implements InvocationEvent {}
}
