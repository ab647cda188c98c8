package dev.cairn.stream;

import dev.cairn.id.ShardId;
import dev.cairn.state.HashRange;
import java.util.List;

/**
 * A shard as Kinesis lists it; {@code parents} are the shards from which a split or merge created
 * it.
 */
public record Shard(ShardId id, HashRange range, List<ShardId> parents) {
  public Shard {
    parents = List.copyOf(parents);
  }
}
