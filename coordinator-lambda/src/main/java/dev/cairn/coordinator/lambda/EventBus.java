package dev.cairn.coordinator.lambda;

/** Takes events for whoever listens. */
@FunctionalInterface
interface EventBus {

  /**
   * Puts one event.
   *
   * @param detailType what kind of thing happened, such as {@code Checkpoint Completed}
   * @param detail what it concerns, a JSON object
   * @throws RuntimeException if the bus did not take it
   */
  void put(String detailType, String detail);
}
