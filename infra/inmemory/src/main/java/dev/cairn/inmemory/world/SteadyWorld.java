package dev.cairn.inmemory.world;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** A world of one thread without faults, in which the caller advances the time. */
public final class SteadyWorld implements World {
  private final SplittableRandom random = new SplittableRandom(1);
  private Instant now;

  /**
   * @param start its first moment
   */
  public SteadyWorld(Instant start) {
    this.now = start;
  }

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
