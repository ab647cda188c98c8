package dev.cairn.simulation;

import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.task.subtask.SubtaskCache;

/**
 * A container's heap: so many subtasks' states fit, and one more is an OutOfMemoryError. It counts
 * what the container's cache holds, whatever the cache itself thinks of its size.
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

  /** Called where a subtask's state is about to be loaded, beside those in the cache. */
  void requireRoom() {
    if (cache.size() >= states) {
      faults.count(SimulatedFault.OUT_OF_MEMORY);
      throw new OutOfMemoryError("simulated: " + cache.size() + " states, and another one");
    }
  }
}
