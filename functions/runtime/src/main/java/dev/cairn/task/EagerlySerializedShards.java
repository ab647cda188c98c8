package dev.cairn.task;

import dev.cairn.id.ShardId;
import dev.cairn.operator.Serialization;
import java.util.HashSet;
import java.util.Set;

/**
 * The shards on which the function has left a value that cannot be stored. It may well do so again,
 * so that their values are serialized at once from then on.
 */
final class EagerlySerializedShards {
  private final Set<ShardId> shards = new HashSet<>();

  /** Whether the shard was not among them before. */
  boolean add(ShardId shard) {
    return shards.add(shard);
  }

  Serialization serialization(ShardId shard) {
    return shards.contains(shard) ? Serialization.AT_ONCE : Serialization.AT_DRAIN;
  }
}
