package dev.cairn.coordinator.lambda;

/** An event bus. */
@FunctionalInterface
interface EventBus {

  /**
   * Puts one event.
   *
   * @param detailType the kind of event, such as {@code Checkpoint Completed}
   * @param detail the event's details as a JSON object
   * @throws RuntimeException if the bus did not accept the event
   */
  void put(String detailType, String detail);
}
