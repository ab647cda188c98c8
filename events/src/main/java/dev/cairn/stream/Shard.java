package dev.cairn.stream;

import dev.cairn.id.ShardId;
import dev.cairn.state.HashRange;
import java.util.List;

/**
 * A shard as Kinesis lists it; {@code parents} are those that it came from by a split or a merge.
 */
public record Shard(ShardId id, HashRange range, List<ShardId> parents) {
  public Shard {
    parents = List.copyOf(parents);
  }
}
