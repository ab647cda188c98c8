package dev.cairn.parallel;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A fan-out over a bounded number of threads, which begin a bounded number of actions per second,
 * and none after a given time. The threads end when there is nothing to do.
 *
 * <p>Platform threads: the SDK's blocking client holds monitors while it waits, which pins a
 * virtual thread to its carrier before Java 24.
 */
public final class ThreadFanOut implements FanOut {
  private static final long IDLE_SECONDS = 10;

  private final int threads;
  private final Pace pace;
  private final InstantSource clock;
  private final Consumer<Duration> sleep;
  private final ThreadPoolExecutor pool;
  private volatile Instant end = Instant.MAX;

  /**
   * @param threads how many actions run in parallel
   * @param perSecond how many actions begin per second
   * @param sleep waits for a duration
   */
  public ThreadFanOut(int threads, int perSecond, InstantSource clock, Consumer<Duration> sleep) {
    this.threads = threads;
    this.pace = new Pace(perSecond, threads);
    this.clock = clock;
    this.sleep = sleep;
    this.pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("fan-out-", 1).factory());
    pool.allowCoreThreadTimeOut(true);
  }

  /** Sets the time after which no action begins. */
  public void endBy(Instant time) {
    this.end = time;
  }

  /**
   * {@inheritDoc}
   *
   * @throws OutOfTimeException if some actions were not begun and no other failed
   */
  @Override
  public <T, R> List<R> map(Collection<T> items, Function<? super T, ? extends R> action) {
    Run<T, R> run = new Run<>(List.copyOf(items), action);
    List<Future<?>> workers = new ArrayList<>();
    for (int i = 0; i < Math.min(threads, items.size()); i++) {
      workers.add(pool.submit(run::work));
    }
    workers.forEach(ThreadFanOut::await);
    return run.results();
  }

  private static void await(Future<?> worker) {
    boolean interrupted = false;
    while (true) {
      try {
        worker.get();
        break;
      } catch (InterruptedException e) {
        // Actions that have begun are awaited; the interrupt flag is set again afterwards.
        interrupted = true;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw new IllegalStateException("a worker failed outside of any action", e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The outcome of one item. */
  private sealed interface Outcome<R> {
    record Returned<R>(R result) implements Outcome<R> {}

    record Failed<R>(RuntimeException cause) implements Outcome<R> {}
  }

  private final class Run<T, R> {
    private final List<T> items;
    private final Function<? super T, ? extends R> action;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReferenceArray<Outcome<R>> outcomes;

    Run(List<T> items, Function<? super T, ? extends R> action) {
      this.items = items;
      this.action = action;
      this.outcomes = new AtomicReferenceArray<>(items.size());
    }

    void work() {
      for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
        Duration wait = pace.reserve(clock.instant());
        if (!wait.isZero()) {
          sleep.accept(wait);
        }
        if (!clock.instant().isBefore(end)) {
          return;
        }
        outcomes.set(i, outcome(items.get(i)));
      }
    }

    private Outcome<R> outcome(T item) {
      try {
        return new Outcome.Returned<>(action.apply(item));
      } catch (RuntimeException e) {
        return new Outcome.Failed<>(e);
      }
    }

    List<R> results() {
      List<R> results = new ArrayList<>(items.size());
      int done = 0;
      for (int i = 0; i < items.size(); i++) {
        Optional<Outcome<R>> outcome = Optional.ofNullable(outcomes.get(i));
        if (outcome.isEmpty()) {
          continue;
        }
        done++;
        switch (outcome.get()) {
          case Outcome.Returned<R>(R result) -> results.add(result);
          case Outcome.Failed<R>(RuntimeException cause) -> throw cause;
        }
      }
      if (done < items.size()) {
        throw new OutOfTimeException(done, items.size());
      }
      return results;
    }
  }
}
