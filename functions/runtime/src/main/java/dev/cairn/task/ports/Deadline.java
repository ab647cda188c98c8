package dev.cairn.task.ports;

import java.time.Duration;

/** The remaining time of an invocation. */
@FunctionalInterface
public interface Deadline {
  Duration remaining();
}
