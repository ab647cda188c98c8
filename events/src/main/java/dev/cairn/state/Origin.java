package dev.cairn.state;

import dev.cairn.id.ShardId;
import java.util.List;

/**
 * What a subtask was opened with and keeps for good: where its shard begins, and the part of the
 * hash space that it owns.
 *
 * @param parents the shards from which a split or a merge made this one; empty for a root
 */
public record Origin(StartPosition start, HashRange range, List<ShardId> parents) {
  public Origin {
    parents = List.copyOf(parents);
  }

  /** The origin of a root. */
  public Origin(StartPosition start, HashRange range) {
    this(start, range, List.of());
  }
}
