package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.Event;

/** Why the function was invoked, as its payload says it. */
sealed interface Trigger {

  /** The rule's, once a minute. */
  record Scheduled() implements Trigger {}

  /** What any other source says happened. */
  record Happened(Event event) implements Trigger {}
}
