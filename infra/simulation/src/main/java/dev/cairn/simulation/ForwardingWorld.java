package dev.cairn.simulation;

import dev.cairn.inmemory.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** A view of another world, for services in which some calls mean something else. */
abstract class ForwardingWorld implements World {
  private final World world;

  ForwardingWorld(World world) {
    this.world = world;
  }

  @Override
  public Instant now() {
    return world.now();
  }

  @Override
  public RandomGenerator random() {
    return world.random();
  }

  @Override
  public void start(String name, Runnable body) {
    world.start(name, body);
  }

  @Override
  public void pass(String point) {
    world.pass(point);
  }

  @Override
  public boolean await(Duration timeout, BooleanSupplier condition) {
    return world.await(timeout, condition);
  }

  @Override
  public void sleep(Duration duration) {
    world.sleep(duration);
  }

  @Override
  public void changed() {
    world.changed();
  }
}
