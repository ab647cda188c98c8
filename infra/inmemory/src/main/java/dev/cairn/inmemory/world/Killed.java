package dev.cairn.inmemory.world;

/**
 * The process that this task ran in has ended, as a container's may at any moment. Product code
 * never catches it.
 */
public final class Killed extends Error {
  private static final long serialVersionUID = 1L;

  public Killed(String task, String point) {
    super(task + " was killed at " + point, null, false, false);
  }
}
