package dev.cairn.coordinator.ports;

import dev.cairn.job.MappingProblem;
import dev.cairn.state.StartPosition;
import java.util.List;
import java.util.Set;

/**
 * The event source mapping that feeds the task. Each method may be called repeatedly, and may throw
 * while the mapping is between two states; the caller tries again at its next tick.
 */
public interface SourceMapping {
  /** A mapping that cannot be disabled: only the journal's halt stops the tasks. */
  SourceMapping ALWAYS_ON =
      new SourceMapping() {
        @Override
        public void enable() {}

        @Override
        public void disable() {}
      };

  /** Enables delivery, from where the mapping stopped. */
  void enable();

  /** Disables delivery, and keeps the mapping's cursor in each shard. */
  void disable();

  /**
   * Returns the problems of the mapping's settings; whether it is enabled is not checked.
   *
   * @param starts where the job's subtasks began; empty if none is known
   */
  default List<MappingProblem> problems(Set<StartPosition> starts) {
    return List.of();
  }

  /** Whether the mapping delivers or is about to. */
  default boolean isOn() {
    return true;
  }
}
