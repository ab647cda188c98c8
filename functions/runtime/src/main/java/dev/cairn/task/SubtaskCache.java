package dev.cairn.task;

import dev.cairn.id.ShardId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The subtasks that this container has in memory. Whatever is in here equals the journal at the
 * revision that it names.
 */
public class SubtaskCache<E> {
  private final Map<ShardId, Subtask<E>> subtasks = new HashMap<>();

  Optional<Subtask<E>> find(ShardId shard) {
    return Optional.ofNullable(subtasks.get(shard));
  }

  void keep(ShardId shard, Subtask<E> subtask) {
    subtasks.put(shard, subtask);
  }

  /** Called whenever memory may differ from the journal: the next invocation loads again. */
  public void discard(ShardId shard) {
    subtasks.remove(shard);
  }
}
