package dev.cairn.contracts;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** One call made by many threads that start together. */
final class Race {
  static final int RUNNERS = 16;

  private Race() {}

  /** What each runner got; runners are numbered from 0. */
  static <T> List<T> run(IntFunction<T> runner) throws Exception {
    CyclicBarrier start = new CyclicBarrier(RUNNERS);
    try (ExecutorService threads = Executors.newFixedThreadPool(RUNNERS)) {
      List<Callable<T>> calls = new ArrayList<>();
      for (int i = 0; i < RUNNERS; i++) {
        int number = i;
        calls.add(
            () -> {
              start.await();
              return runner.apply(number);
            });
      }
      List<T> results = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    }
  }
}
