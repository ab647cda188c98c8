package dev.cairn.inmemory.world;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * A world under the wall clock: each task is a daemon thread.
 *
 * <p>Platform threads, not virtual ones: handlers compute, and nothing takes the processor away
 * from a virtual thread that does.
 */
public final class WallClockWorld implements World, AutoCloseable {
  // Conditions may also depend on the time alone, which announces no change.
  private static final Duration LONGEST_UNWATCHED = Duration.ofMillis(25);
  private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(5);

  private final Random random;
  private final Interference interference;
  private final Set<Thread> tasks = ConcurrentHashMap.newKeySet();
  private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** The seed determines the random numbers, but not the order in which threads draw them. */
  public WallClockWorld(long seed, Interference interference) {
    this.random = new Random(seed);
    this.interference = interference;
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public void start(String name, Runnable body) {
    Thread.ofPlatform().daemon().name(name).start(() -> run(body));
  }

  private void run(Runnable body) {
    // Added once it runs: what ends the world cannot wait for a thread that has not started, and a
    // task that starts afterwards sees that the world is closed.
    tasks.add(Thread.currentThread());
    try {
      if (!closed) {
        body.run();
      }
    } catch (Killed killed) {
      // The end of a process is a normal event here; a waiting caller times out or is notified.
    } finally {
      tasks.remove(Thread.currentThread());
      changed();
    }
  }

  @Override
  public void pass(String point) {
    endIfClosed(point);
    try {
      interference.at(Thread.currentThread().getName(), point);
    } catch (InterruptedException e) {
      throw interrupted(point);
    }
    endIfClosed(point);
  }

  @Override
  public boolean await(Duration timeout, BooleanSupplier condition) {
    long deadline = System.nanoTime() + saturatedNanos(timeout);
    if (condition.getAsBoolean()) {
      return true;
    }
    Waiter waiter = new Waiter(condition, new Semaphore(0));
    waiters.add(waiter);
    try {
      // Asked once more after it is among the waiters: a change in between was announced to nobody.
      while (!condition.getAsBoolean()) {
        endIfClosed("await");
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        waiter.woken.tryAcquire(Math.min(left, LONGEST_UNWATCHED.toNanos()), TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (InterruptedException e) {
      throw interrupted("await");
    } finally {
      waiters.remove(waiter);
    }
  }

  /**
   * Asks the conditions here rather than waking every waiter to ask its own: records come by the
   * hundred thousand.
   */
  @Override
  public void changed() {
    for (Waiter waiter : waiters) {
      if (waiter.woken.availablePermits() == 0 && waiter.condition.getAsBoolean()) {
        waiter.woken.release();
      }
    }
  }

  /**
   * Ends every task at the next point that it passes or where it waits, frozen ones too, and waits
   * a few seconds for that.
   */
  @Override
  public void close() {
    closed = true;
    tasks.forEach(Thread::interrupt);
    long deadline = System.nanoTime() + LONGEST_GOODBYE.toNanos();
    for (Thread task : tasks) {
      long left = deadline - System.nanoTime();
      try {
        if (left <= 0 || !task.join(Duration.ofNanos(left))) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void endIfClosed(String point) {
    if (closed) {
      throw new Killed(Thread.currentThread().getName(), point);
    }
  }

  private static Killed interrupted(String point) {
    Thread.currentThread().interrupt();
    return new Killed(Thread.currentThread().getName(), point);
  }

  private static long saturatedNanos(Duration duration) {
    // Half of what a long holds, so that a deadline can be compared with any later reading of the
    // clock.
    long most = Long.MAX_VALUE / 2;
    return duration.compareTo(Duration.ofNanos(most)) > 0 ? most : duration.toNanos();
  }

  /** Compared by identity, which a record is not: two tasks may wait for the same condition. */
  private static final class Waiter {
    private final BooleanSupplier condition;
    private final Semaphore woken;

    Waiter(BooleanSupplier condition, Semaphore woken) {
      this.condition = condition;
      this.woken = woken;
    }
  }
}
