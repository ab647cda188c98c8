package dev.cairn.inmemory.world;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Runs tasks: as threads under the wall clock, or one at a time in an order that a seed determines.
 *
 * <p>Code in a world uses no thread, clock, random source or sleep of its own, and holds no lock
 * while it calls {@link #pass} or {@link #await}: in a seeded world a task that waits for that lock
 * would hold the only turn.
 */
public interface World {

  Instant now();

  /**
   * Returns the only source of random numbers. Only running tasks may use it; otherwise a seed
   * would not determine the run.
   */
  RandomGenerator random();

  /** Runs a task concurrently. Faults and traces identify tasks by their names. */
  void start(String name, Runnable body);

  /**
   * Marks a point at which a task calls a service, such as {@code stream.read}: other tasks may run
   * here, time may pass, and the task may freeze.
   *
   * @throws Killed when the task's process ends here
   */
  void pass(String point);

  /**
   * Waits until the condition holds.
   *
   * @param condition cheap, free of side effects, and thread-safe
   * @return whether it held; false after the time-out
   */
  boolean await(Duration timeout, BooleanSupplier condition);

  default void sleep(Duration duration) {
    await(duration, () -> false);
  }

  /** Signals that an awaited condition may hold now. Called after the change, without a lock. */
  void changed();
}
