package dev.cairn.inmemory.world;

/** Injects faults. Called in a task's thread whenever the task passes a point. */
@FunctionalInterface
public interface Interference {
  Interference NONE = (task, point) -> {};

  /**
   * Returns to let the task continue, blocks to freeze it, or throws {@link Killed} to end it.
   *
   * @throws InterruptedException when the world closes while the task is frozen
   */
  void at(String task, String point) throws InterruptedException;
}
