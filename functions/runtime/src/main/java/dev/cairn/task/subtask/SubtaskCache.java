package dev.cairn.task.subtask;

import dev.cairn.id.ShardId;
import dev.cairn.journal.HeapUse;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The subtasks that this container has in memory. Each equals the journal at the revision that it
 * names. When their states together take more than their share of the heap, the least recently used
 * are evicted; the next invocation of such a shard loads its state again.
 */
public class SubtaskCache<E> {
  private static final Comparator<StateMemory.Usage> BY_SIZE =
      Comparator.comparing(usage -> usage.use().stateBytes());

  private final StateMemory memory;
  // From the least to the most recently used.
  private final Map<ShardId, Subtask<E>> subtasks = new LinkedHashMap<>(16, 0.75f, true);

  public SubtaskCache(StateMemory memory) {
    this.memory = memory;
  }

  public Optional<Subtask<E>> find(ShardId shard) {
    return Optional.ofNullable(subtasks.get(shard));
  }

  public void keep(ShardId shard, Subtask<E> subtask) {
    subtasks.put(shard, subtask);
    makeRoom(shard, subtask.retainedBytes());
  }

  /**
   * Evicts what was used least recently, until the rest and this state fit. The shard's own state
   * is never evicted for itself, however large it is.
   *
   * @param bytes how large the shard's state is, or is so far while it is loaded
   */
  public void makeRoom(ShardId shard, long bytes) {
    long others = 0;
    for (Map.Entry<ShardId, Subtask<E>> one : subtasks.entrySet()) {
      others += one.getKey().equals(shard) ? 0 : one.getValue().retainedBytes();
    }
    Iterator<Map.Entry<ShardId, Subtask<E>>> oldest = subtasks.entrySet().iterator();
    while (others + bytes > memory.cacheBytes() && oldest.hasNext()) {
      Map.Entry<ShardId, Subtask<E>> one = oldest.next();
      if (!one.getKey().equals(shard)) {
        others -= one.getValue().retainedBytes();
        oldest.remove();
      }
    }
  }

  /** Called when a subtask may have grown: makes room for what it takes now. */
  public void fitIntoHeap(ShardId shard) {
    find(shard).ifPresent(subtask -> makeRoom(shard, subtask.retainedBytes()));
  }

  /** How many subtasks it holds. */
  public int size() {
    return subtasks.size();
  }

  /** Whether no other subtask is in memory than this one. */
  public boolean isOnlyOne(Subtask<?> subtask) {
    return subtasks.values().stream().allMatch(one -> one == subtask);
  }

  /** What the largest state takes of the heap; empty when there is none. */
  public Optional<StateMemory.Usage> largest() {
    return subtasks.values().stream()
        .map(subtask -> new StateMemory.Usage(subtask.id(), use(subtask)))
        .max(BY_SIZE);
  }

  private HeapUse use(Subtask<?> subtask) {
    return new HeapUse(subtask.retainedBytes(), memory.heapBytes());
  }

  /** What a subtask's state takes of the heap, if it is so much that its journal is to say so. */
  public Optional<HeapUse> noteworthyUse(Subtask<?> subtask) {
    return Optional.of(use(subtask)).filter(memory::isNoteworthy);
  }

  /** Called whenever memory may differ from the journal: the next invocation loads again. */
  public void discard(ShardId shard) {
    subtasks.remove(shard);
  }

  /** Called after an OutOfMemoryError: no state in memory is worth more than room for the next. */
  public void clear() {
    subtasks.clear();
  }
}
