package dev.cairn.state;

import dev.cairn.id.ShardId;
import java.util.List;

/**
 * The permanent facts about a subtask: where its shard begins, and its part of the hash space.
 *
 * @param parents the shards from which a split or a merge made this one; empty for a root
 */
public record Origin(StartPosition start, HashRange range, List<ShardId> parents) {
  public Origin {
    parents = List.copyOf(parents);
  }

  /** Creates the origin of a shard without parents. */
  public Origin(StartPosition start, HashRange range) {
    this(start, range, List.of());
  }
}
