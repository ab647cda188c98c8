package dev.cairn.coordinator.ports;

import dev.cairn.job.MappingProblem;
import dev.cairn.state.StartPosition;
import java.util.List;
import java.util.Set;

/**
 * The event source mapping that feeds the task. Each method may be called again and again, and may
 * throw while the mapping is between two states: the caller tries again with its next tick.
 */
public interface SourceMapping {
  /** A mapping that nobody can switch: only the tasks' own refusal keeps them from applying. */
  SourceMapping ALWAYS_ON =
      new SourceMapping() {
        @Override
        public void enable() {}

        @Override
        public void disable() {}
      };

  /** Delivers, from where the mapping stopped. */
  void enable();

  /** Delivers nothing, and keeps the mapping's place in each shard. */
  void disable();

  /**
   * What is wrong with the mapping as it is set; whether it is switched on is not part of it.
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
