package dev.cairn.journal;

/**
 * The share of a container's heap that a subtask's state takes, as estimated by the task that has
 * it in memory.
 *
 * @param heapBytes the largest size of the heap
 */
public record HeapUse(long stateBytes, long heapBytes) {
  public HeapUse {
    if (stateBytes < 0 || heapBytes <= 0) {
      throw new IllegalArgumentException(
          "a state cannot take " + stateBytes + " of " + heapBytes + " bytes");
    }
  }

  /** Returns the use in percent of the heap, rounded down. */
  public int percent() {
    return (int) Math.min(Integer.MAX_VALUE, (long) (100.0 * stateBytes / heapBytes));
  }
}
