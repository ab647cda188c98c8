package dev.cairn.coordinator.ports;

import dev.cairn.id.SubtaskId;
import dev.cairn.job.WakeMessage;

/**
 * Invokes a task although its shard has no new records. The invocation may be lost; the caller then
 * repeats it.
 */
@FunctionalInterface
public interface Waker {
  void wake(SubtaskId subtask, WakeMessage.Purpose purpose);
}
