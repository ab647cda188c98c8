package dev.cairn.simulation;

import dev.cairn.inmemory.world.World;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Seeded worlds without faults, for tests which show that code behaves in them as under the wall
 * clock.
 */
public final class SeededWorlds {
  private static final int MOST_STEPS = 1_000_000;

  private SeededWorlds() {}

  /**
   * Runs a task, and what it starts, until the task ends. Whatever it throws is thrown here.
   *
   * @throws IllegalStateException if it never ends
   */
  public static void run(long seed, Consumer<World> task) {
    SplittableRandom random = new SplittableRandom(seed);
    SplittableRandom latency = random.split();
    SeededWorld world =
        new SeededWorld(
            random.split(),
            (name, point) ->
                new SeededWorld.Happening.Delay(
                    Duration.ofNanos(500_000 + latency.nextLong(20_000_000))),
            Trace.hashed());
    AtomicReference<Optional<Throwable>> ended = new AtomicReference<>();
    world.start(
        "task",
        () -> {
          Optional<Throwable> failure = Optional.empty();
          try {
            task.accept(world);
          } catch (RuntimeException | AssertionError e) {
            failure = Optional.of(e);
          }
          ended.set(failure);
        });
    for (int steps = 0; ended.get() == null && steps < MOST_STEPS && world.step(); steps++) {}
    world.end();
    Optional<Throwable> failure =
        Optional.ofNullable(ended.get())
            .orElseThrow(
                () -> new IllegalStateException("seed " + seed + ": the task never ended"));
    failure.ifPresent(SeededWorlds::rethrow);
  }

  private static void rethrow(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }
}
