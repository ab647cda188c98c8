package dev.cairn.simulation;

import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.task.subtask.SubtaskCache;

/**
 * A container's heap, in which a number of subtasks' states fit; one more causes an
 * OutOfMemoryError. It counts the states in the container's cache, independent of the cache's own
 * estimate.
 */
final class SimulatedHeap {
  private final Faults faults;
  private final SubtaskCache<?> cache;
  private final int states;

  SimulatedHeap(Faults faults, SubtaskCache<?> cache, int states) {
    this.faults = faults;
    this.cache = cache;
    this.states = states;
  }

  /** Called before a subtask's state is loaded, in addition to those in the cache. */
  void requireRoom() {
    if (cache.size() >= states) {
      faults.count(SimulatedFault.OUT_OF_MEMORY);
      throw new OutOfMemoryError("simulated: " + cache.size() + " states, and another one");
    }
  }
}
