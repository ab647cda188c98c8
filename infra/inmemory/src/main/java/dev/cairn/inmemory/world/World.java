package dev.cairn.inmemory.world;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * What runs things: threads under the wall clock, or one thing at a time in an order that a seed
 * chooses.
 *
 * <p>What runs in a world has no thread, clock, chance or sleep of its own, and holds no lock while
 * it calls {@link #pass} or {@link #await}: in a seeded world whoever waits for that lock would
 * hold the only turn there is.
 */
public interface World {

  Instant now();

  /**
   * Where all chance comes from. Only running tasks may ask, or the same seed would not give the
   * same run.
   */
  RandomGenerator random();

  /** Runs a task beside everything else. Faults and traces tell tasks apart by their names. */
  void start(String name, Runnable body);

  /**
   * Marks a place where a task meets the outside, such as {@code stream.read}: here others may run,
   * time may go by, and the task may freeze for long.
   *
   * @throws Killed when the task's process ends here
   */
  void pass(String point);

  /**
   * Waits until the condition holds.
   *
   * @param condition cheap, free of side effects, and safe to be asked by any thread
   * @return whether it held; false after the timeout
   */
  boolean await(Duration timeout, BooleanSupplier condition);

  default void sleep(Duration duration) {
    await(duration, () -> false);
  }

  /**
   * Says that a condition which somebody awaits may hold now. Called after the change, without a
   * lock held.
   */
  void changed();
}
