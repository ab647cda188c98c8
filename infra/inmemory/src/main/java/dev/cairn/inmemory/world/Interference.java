package dev.cairn.inmemory.world;

/**
 * Does frightening things on purpose: called whenever a task passes a point, in that task's thread.
 */
@FunctionalInterface
public interface Interference {
  Interference NONE = (task, point) -> {};

  /**
   * Returns to let the task go on, blocks to freeze it, or throws {@link Killed} to end it.
   *
   * @throws InterruptedException when the world closes while the task is frozen
   */
  void at(String task, String point) throws InterruptedException;
}
