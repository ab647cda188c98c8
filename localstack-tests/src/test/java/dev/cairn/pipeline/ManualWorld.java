package dev.cairn.pipeline;

import dev.cairn.local.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** A world of one thread, in which time passes when the test says so. */
final class ManualWorld implements World {
  private final SplittableRandom random = new SplittableRandom(1);
  private Instant now = Instant.parse("2026-11-21T10:00:00Z");

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public void start(String name, Runnable body) {
    throw new UnsupportedOperationException("one thing at a time");
  }

  @Override
  public void pass(String point) {}

  @Override
  public boolean await(Duration timeout, BooleanSupplier condition) {
    now = now.plus(timeout);
    return condition.getAsBoolean();
  }

  @Override
  public void changed() {}
}
