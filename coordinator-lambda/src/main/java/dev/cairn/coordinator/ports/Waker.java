package dev.cairn.coordinator.ports;

import dev.cairn.id.SubtaskId;

/**
 * Invokes a task although its shard has nothing new. May be lost: whoever needs an answer asks
 * again.
 */
@FunctionalInterface
public interface Waker {
  void wake(SubtaskId subtask);
}
