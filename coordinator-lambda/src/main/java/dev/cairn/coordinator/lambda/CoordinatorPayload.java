package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.ports.Event;
import java.time.Instant;

/** The payload with which the function was invoked. */
sealed interface CoordinatorPayload {

  /** The payload of the rule, once a minute. */
  record Scheduled() implements CoordinatorPayload {}

  /**
   * A message of the tick queue.
   *
   * @param until when the tick is obsolete, because the next one has come
   */
  record Delayed(Instant until) implements CoordinatorPayload {}

  /** A command, as {@code cairn} accepts it. */
  record Commanded(String text) implements CoordinatorPayload {}

  /** An event of any other source. */
  record Received(Event event) implements CoordinatorPayload {}
}
