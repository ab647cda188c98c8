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
   * Evicts the least recently used states until this state fits. The shard's own state is never
   * evicted.
   *
   * @param bytes the size of the shard's state, or of the part that is already loaded
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

  /** Evicts other states if a subtask has grown. */
  public void fitIntoHeap(ShardId shard) {
    find(shard).ifPresent(subtask -> makeRoom(shard, subtask.retainedBytes()));
  }

  /** Returns how many subtasks are in memory. */
  public int size() {
    return subtasks.size();
  }

  /** Whether this is the only subtask in memory. */
  public boolean isOnlyOne(Subtask<?> subtask) {
    return subtasks.values().stream().allMatch(one -> one == subtask);
  }

  /** Returns the heap use of the largest state; empty if there is none. */
  public Optional<StateMemory.Usage> largest() {
    return subtasks.values().stream()
        .map(subtask -> new StateMemory.Usage(subtask.id(), use(subtask)))
        .max(BY_SIZE);
  }

  private HeapUse use(Subtask<?> subtask) {
    return new HeapUse(subtask.retainedBytes(), memory.heapBytes());
  }

  /** Returns the heap use of a subtask's state, if it is so large that the journal records it. */
  public Optional<HeapUse> noteworthyUse(Subtask<?> subtask) {
    return Optional.of(use(subtask)).filter(memory::isNoteworthy);
  }

  /**
   * Removes a subtask whose memory may differ from the journal; the next invocation loads it again.
   */
  public void discard(ShardId shard) {
    subtasks.remove(shard);
  }

  /** Removes all states, after an OutOfMemoryError. */
  public void clear() {
    subtasks.clear();
  }
}
