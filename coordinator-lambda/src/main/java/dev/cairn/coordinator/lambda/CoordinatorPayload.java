package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.ports.Event;
import java.time.Instant;

/** Why the function was invoked, as its payload says it. */
sealed interface CoordinatorPayload {

  /** The rule's, once a minute. */
  record Scheduled() implements CoordinatorPayload {}

  /**
   * The tick queue's.
   *
   * @param until when the tick is too late to be of use: the next one has come by then
   */
  record Delayed(Instant until) implements CoordinatorPayload {}

  /** Somebody's own: a command, as {@code cairn} takes it. */
  record Commanded(String text) implements CoordinatorPayload {}

  /** What any other source says happened. */
  record Received(Event event) implements CoordinatorPayload {}
}
