package dev.cairn.lambda;

import dev.cairn.id.ShardId;

/** The event with which the function was invoked. */
public sealed interface InvocationEvent permits KinesisBatch, InvocationEvent.Wake {

  /** The coordinator's wake for a shard, which may have no new records. */
  record Wake(ShardId shard) implements InvocationEvent {}
}
