package dev.cairn.simulation;

import dev.cairn.inmemory.world.Killed;
import dev.cairn.inmemory.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * A world in which one task runs at a time, in virtual time and in an order that the seed chooses.
 *
 * <p>Tasks are threads that take turns: a task that passes a point or awaits a condition returns
 * the turn, and the driver gives it to the task whose time comes first. The duration of each point
 * is drawn from the seed, which determines the interleaving.
 */
final class SeededWorld implements World {
  /** A fault of a task at a point. */
  sealed interface Happening {
    /** The task continues after this time; others run in between. */
    record Delay(Duration duration) implements Happening {}

    /** The task's process ends here. */
    record Kill() implements Happening {}
  }

  /** Decides on the fault at a point. */
  @FunctionalInterface
  interface Weather {
    Happening at(String task, String point);
  }

  private static final Comparator<Turn> BY_TIME =
      Comparator.comparing(Turn::at).thenComparingLong(Turn::order);

  private final SplittableRandom random;
  private final Weather weather;
  private final Trace trace;
  private final Semaphore driver = new Semaphore(0);
  private final PriorityQueue<Turn> turns = new PriorityQueue<>(BY_TIME);
  private final List<Actor> actors = new ArrayList<>();
  // The tasks that await a condition.
  private final List<Actor> waiting = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long order;
  private boolean ending;
  // Whether a condition that is signalled may hold since the last step.
  private boolean isChanged;
  private Optional<Actor> running = Optional.empty();
  private Optional<Throwable> crash = Optional.empty();

  /** A task's next turn; stale once the task has a newer one. */
  private record Turn(Instant at, long order, Actor actor, long ticket) {}

  private final class Actor {
    private final String name;
    private final Thread thread;
    private final Semaphore baton = new Semaphore(0);
    private final Instant begun = now;
    private Optional<BooleanSupplier> condition = Optional.empty();
    private boolean isSignalled;
    private long ticket;
    private boolean done;
    private boolean killed;

    Actor(String name, Runnable body) {
      this.name = name;
      this.thread =
          Thread.ofVirtual()
              .unstarted(
                  () -> {
                    baton.acquireUninterruptibly();
                    try {
                      if (!ending) {
                        body.run();
                      }
                    } catch (Killed expected) {
                      // Its process has ended, by a fault or at the end of the run.
                    } catch (Throwable e) {
                      crash =
                          crash.or(
                              () ->
                                  Optional.of(
                                      new IllegalStateException("task " + name + " failed", e)));
                    } finally {
                      done = true;
                      driver.release();
                    }
                  });
    }
  }

  SeededWorld(SplittableRandom random, Weather weather, Trace trace) {
    this.random = random;
    this.weather = weather;
    this.trace = trace;
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
    Actor actor = new Actor(name, body);
    actors.add(actor);
    actor.thread.start();
    schedule(actor, now.plusNanos(random.nextLong(1_000_000)));
  }

  @Override
  public void pass(String point) {
    Actor me = me();
    trace.add(now, me.name, point);
    switch (weather.at(me.name, point)) {
      case Happening.Delay(Duration duration) -> {
        schedule(me, now.plus(duration));
        yieldTurn(me);
      }
      case Happening.Kill kill -> {
        trace.add(now, me.name, "killed");
        me.killed = true;
        throw new Killed(me.name, point);
      }
    }
  }

  /** Ends the process of the task that calls it. */
  void kill(String point) {
    Actor me = me();
    trace.add(now, me.name, "killed at " + point);
    me.killed = true;
    throw new Killed(me.name, point);
  }

  @Override
  public boolean await(Duration timeout, BooleanSupplier condition) {
    return await(timeout, condition, false);
  }

  /**
   * A view of this world for code that calls {@link #changed} whenever a condition that it awaits
   * may hold. Its conditions are checked only then; all others are checked after every step.
   */
  World signalled() {
    return new ForwardingWorld(this) {
      @Override
      public boolean await(Duration timeout, BooleanSupplier condition) {
        return SeededWorld.this.await(timeout, condition, true);
      }
    };
  }

  private boolean await(Duration timeout, BooleanSupplier condition, boolean isSignalled) {
    Actor me = me();
    Instant deadline = now.plus(timeout);
    while (!condition.getAsBoolean()) {
      if (!now.isBefore(deadline)) {
        return false;
      }
      me.condition = Optional.of(condition);
      me.isSignalled = isSignalled;
      waiting.add(me);
      schedule(me, deadline);
      yieldTurn(me);
    }
    return true;
  }

  // As await with a condition that never holds, which would be checked after every step.
  @Override
  public void sleep(Duration duration) {
    Actor me = me();
    if (duration.isPositive()) {
      schedule(me, now.plus(duration));
      yieldTurn(me);
    }
  }

  @Override
  public void changed() {
    isChanged = true;
  }

  private Actor me() {
    Actor me =
        running.orElseThrow(
            () -> new IllegalStateException("a port was called outside of any task"));
    if (me.killed || ending) {
      throw new Killed(me.name, "after its end");
    }
    return me;
  }

  private void schedule(Actor actor, Instant at) {
    actor.ticket++;
    turns.add(new Turn(at, order++, actor, actor.ticket));
  }

  private void yieldTurn(Actor me) {
    driver.release();
    me.baton.acquireUninterruptibly();
    if (ending) {
      throw new Killed(me.name, "the end of the run");
    }
  }

  /**
   * Lets the next task take its turn.
   *
   * @return false if no task will ever run again
   */
  boolean step() {
    wakeWaiting();
    Turn turn = turns.poll();
    while (turn != null && (turn.actor.done || turn.ticket != turn.actor.ticket)) {
      turn = turns.poll();
    }
    if (turn == null) {
      return false;
    }
    if (turn.at.isAfter(now)) {
      now = turn.at;
    }
    handOver(turn.actor);
    crash.ifPresent(
        e -> {
          throw new IllegalStateException(e.getMessage(), e.getCause());
        });
    return true;
  }

  private void wakeWaiting() {
    Iterator<Actor> asked = waiting.iterator();
    while (asked.hasNext()) {
      Actor actor = asked.next();
      if ((isChanged || !actor.isSignalled) && actor.condition.orElseThrow().getAsBoolean()) {
        asked.remove();
        actor.condition = Optional.empty();
        schedule(actor, now.plusNanos(random.nextLong(5_000_000)));
      }
    }
    isChanged = false;
  }

  private void handOver(Actor actor) {
    if (actor.condition.isPresent()) {
      // The wait has timed out.
      waiting.remove(actor);
      actor.condition = Optional.empty();
    }
    running = Optional.of(actor);
    actor.baton.release();
    driver.acquireUninterruptibly();
    running = Optional.empty();
    if (actor.done) {
      actors.remove(actor);
    }
  }

  /** Advances the time without running tasks, so that everything due in between happens late. */
  void leap(Duration time) {
    now = now.plus(time);
  }

  /** How many tasks whose name contains this have not ended. */
  long tasks(String name) {
    long running = 0;
    for (Actor actor : actors) {
      if (!actor.done && actor.name.contains(name)) {
        running++;
      }
    }
    return running;
  }

  /** Since when the oldest task runs whose name contains this; empty if there is none. */
  Optional<Instant> oldest(String name) {
    return actors.stream()
        .filter(actor -> !actor.done && actor.name.contains(name))
        .map(actor -> actor.begun)
        .min(Comparator.naturalOrder());
  }

  /** Ends every remaining task: each is killed at its next point. */
  void end() {
    ending = true;
    for (Actor actor : List.copyOf(actors)) {
      while (!actor.done) {
        handOver(actor);
      }
    }
  }
}
