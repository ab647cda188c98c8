package dev.cairn.task.subtask;

import dev.cairn.id.SubtaskId;
import dev.cairn.journal.HeapUse;

/**
 * The limit of the heap that the states in a container's cache may take.
 *
 * <p>A container processes batches of many shards in turn. Half of the heap is for their states;
 * the other half is for an invocation's batch, its changes, the bytes of a snapshot while it is
 * stored, and the SDK.
 *
 * @param heapBytes the largest size of the heap
 * @param cacheBytes how much of it all states together may take before the least recently used are
 *     evicted
 */
public record StateMemory(long heapBytes, long cacheBytes) {
  private static final int SHARE = 2;
  private static final int NOTEWORTHY_PERCENT = 50;

  public StateMemory {
    if (heapBytes <= 0 || cacheBytes <= 0) {
      throw new IllegalArgumentException(
          "a heap and the share of it for states are positive, not "
              + heapBytes
              + " and "
              + cacheBytes
              + " bytes");
    }
  }

  /** Reserves half of a heap of this size for states. */
  public static StateMemory ofHeap(long heapBytes) {
    return new StateMemory(heapBytes, Math.max(1, heapBytes / SHARE));
  }

  /** Whether a state takes so much of the heap that its journal records it. */
  boolean isNoteworthy(HeapUse use) {
    return use.percent() >= NOTEWORTHY_PERCENT;
  }

  /** The heap use of a subtask's state. */
  public record Usage(SubtaskId subtask, HeapUse use) {}
}
