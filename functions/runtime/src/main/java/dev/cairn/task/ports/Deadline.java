package dev.cairn.task.ports;

import java.time.Duration;

/** How much time this invocation has left. */
@FunctionalInterface
public interface Deadline {
  Duration remaining();
}
