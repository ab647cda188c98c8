package dev.cairn.simulation;

import dev.cairn.task.subtask.StateMemory;
import java.util.SplittableRandom;

/**
 * The load on one run's task function, apart from its faults.
 *
 * @param slowSnapshots whether files of snapshots do not fit an invocation's time
 * @param slowAboveBytes the size above which a snapshot's file is too slow
 * @param statesPerHeap how many subtasks' states fit a container's heap
 * @param memory the heap limits that the task's cache uses, independent of what really fits
 * @param foreignBatches whether a mapping of another stream invokes the task function too
 */
record Pressure(
    boolean slowSnapshots,
    int slowAboveBytes,
    int statesPerHeap,
    StateMemory memory,
    boolean foreignBatches) {
  /** No additional load. */
  static final Pressure NONE =
      new Pressure(false, 0, Integer.MAX_VALUE, StateMemory.ofHeap(Long.MAX_VALUE / 100), false);

  /**
   * @param toleratesFailures whether the job tolerates any number of failed checkpoints
   */
  static Pressure draw(SplittableRandom random, int shards, boolean toleratesFailures) {
    boolean slow = random.nextInt(3) == 0 && toleratesFailures;
    int above = random.nextBoolean() ? 0 : 100 + random.nextInt(400);
    int states = random.nextInt(3) == 0 ? 1 + random.nextInt(shards - 1) : Integer.MAX_VALUE;
    boolean foreign = random.nextInt(3) == 0;
    long heap = random.nextInt(3) == 0 ? 2_000 + random.nextInt(20_000) : Long.MAX_VALUE / 100;
    return new Pressure(slow, above, states, StateMemory.ofHeap(heap), foreign);
  }
}
