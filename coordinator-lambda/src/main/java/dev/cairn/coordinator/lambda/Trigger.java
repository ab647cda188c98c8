package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.ports.Event;
import java.time.Instant;

/** Why the function was invoked, as its payload says it. */
sealed interface Trigger {

  /** The rule's, once a minute. */
  record Scheduled() implements Trigger {}

  /**
   * The tick queue's.
   *
   * @param until when the tick is too late to be of use: the next one has come by then
   */
  record Delayed(Instant until) implements Trigger {}

  /** Somebody's own: a command, as {@code cairn} takes it. */
  record Commanded(String text) implements Trigger {}

  /** What any other source says happened. */
  record Happened(Event event) implements Trigger {}
}
