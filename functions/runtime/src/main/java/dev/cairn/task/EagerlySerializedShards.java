package dev.cairn.task;

import dev.cairn.id.ShardId;
import dev.cairn.operator.Serialization;
import java.util.HashSet;
import java.util.Set;

/**
 * The shards on which the function has written a value that cannot be stored. It may do so again,
 * so values of these shards are serialized immediately from then on.
 */
final class EagerlySerializedShards {
  private final Set<ShardId> shards = new HashSet<>();

  /** Adds a shard; returns whether it was new. */
  boolean add(ShardId shard) {
    return shards.add(shard);
  }

  Serialization serialization(ShardId shard) {
    return shards.contains(shard) ? Serialization.AT_ONCE : Serialization.AT_DRAIN;
  }
}
