package dev.cairn.simulation;

import dev.cairn.simulation.audit.FaultTally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Runs many seeds and collects their results. */
public final class Simulations {
  private Simulations() {}

  /**
   * The results of a number of seeds.
   *
   * @param failed the seeds in which an invariant did not hold, by seed
   * @param tally how often each fault and each race happened in all of them
   * @param mostEvents the largest number of events of a run in which all invariants held
   * @param leastInvocations the smallest number of a single run; likewise the others
   * @param processorTime what the process used while the seeds ran, on all cores together
   */
  public record Report(
      long first,
      long seeds,
      List<SimulationResult> failed,
      FaultTally tally,
      long events,
      long mostEvents,
      long leastInvocations,
      long leastFaults,
      long leastRestores,
      Duration processorTime) {

    /**
     * The mean processor time of a seed, on one core. A machine that also does something else does
     * not change it; the first seconds of a process, in which its code is compiled, do.
     */
    public Duration processorTimePerSeed() {
      return seeds == 0 ? Duration.ZERO : processorTime.dividedBy(seeds);
    }

    /** Returns a table of how often each fault and race happened. */
    public String table() {
      StringBuilder table = new StringBuilder();
      tally
          .counts()
          .forEach(
              (what, count) -> table.append(String.format(Locale.ROOT, "%10d  %s\n", count, what)));
      return table.toString();
    }
  }

  /**
   * Runs {@code seeds} seeds from {@code first} on, several at a time; each by itself is a single
   * order of events. Stops early when {@code mostFailures} have failed.
   */
  public static Report run(long first, long seeds, int threads, Guards guards, int mostFailures) {
    return run(first, seeds, threads, guards, mostFailures, done -> {});
  }

  /**
   * Runs the seeds as above, and reports after each seed how many are done.
   *
   * @param progress called by one thread at a time
   */
  public static Report run(
      long first, long seeds, int threads, Guards guards, int mostFailures, LongConsumer progress) {
    Running running = new Running(first, seeds, guards, mostFailures, progress);
    Duration before = processorTime();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        workers.add(executor.submit(running::work));
      }
      for (Future<?> worker : workers) {
        worker.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted after " + running.done + " seeds", e);
    }
    return running.report(processorTime().minus(before));
  }

  /**
   * Returns the processor time that this process has used; zero if the system does not report it.
   */
  private static Duration processorTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static final class Running {
    private final long first;
    private final long seeds;
    private final Guards guards;
    private final int mostFailures;
    private final LongConsumer progress;
    private final AtomicLong next;
    private final List<SimulationResult> failed = new ArrayList<>();
    private final FaultTally tally = new FaultTally();
    private long done;
    private long events;
    private long mostEvents;
    private long leastInvocations = Long.MAX_VALUE;
    private long leastFaults = Long.MAX_VALUE;
    private long leastRestores = Long.MAX_VALUE;

    Running(long first, long seeds, Guards guards, int mostFailures, LongConsumer progress) {
      this.progress = progress;
      this.first = first;
      this.seeds = seeds;
      this.guards = guards;
      this.mostFailures = mostFailures;
      this.next = new AtomicLong(first);
    }

    void work() {
      for (long seed = next.getAndIncrement();
          seed < first + seeds && !isEnough();
          seed = next.getAndIncrement()) {
        add(Simulation.run(seed, guards));
      }
    }

    private synchronized boolean isEnough() {
      return failed.size() >= mostFailures;
    }

    private synchronized void add(SimulationResult result) {
      done++;
      progress.accept(done);
      events += result.events();
      tally.add(result.tally());
      if (result.violation().isPresent()) {
        failed.add(result);
        failed.sort((a, b) -> Long.compare(a.seed(), b.seed()));
      } else {
        mostEvents = Math.max(mostEvents, result.events());
        leastInvocations = Math.min(leastInvocations, result.invocations());
        leastFaults = Math.min(leastFaults, result.faults());
        leastRestores = Math.min(leastRestores, result.restores());
      }
    }

    synchronized Report report(Duration processorTime) {
      return new Report(
          first,
          done,
          List.copyOf(failed),
          tally,
          events,
          mostEvents,
          leastInvocations,
          leastFaults,
          leastRestores,
          processorTime);
    }
  }
}
