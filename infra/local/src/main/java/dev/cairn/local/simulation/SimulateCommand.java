package dev.cairn.local.simulation;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cairn simulate}: the judge, by hand. */
@Command(
    name = "simulate",
    description = {
      "Runs the protocol under seeds, with faults at every call, and checks its invariants after"
          + " every step.",
      "A seed always gives the same run."
    })
public final class SimulateCommand implements Callable<Integer> {
  @Option(names = "--seed", paramLabel = "N", description = "Run this one seed.")
  private long seed = -1;

  @Option(names = "--trace", description = "With --seed: print every step.")
  private boolean trace;

  @Option(
      names = "--first",
      paramLabel = "N",
      description = "The first of several seeds (default: ${DEFAULT-VALUE}).")
  private long first = 1;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How many seeds (default: ${DEFAULT-VALUE}).")
  private long seeds = 200;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many at a time (default: one for each core).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @SuppressWarnings("NullAway.Init") // By picocli.
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    return seed >= 0 ? one(out) : many(out);
  }

  private int one(PrintWriter out) {
    SimulationResult result =
        Simulation.replay(
            seed,
            Guards.all(),
            line -> {
              if (trace) {
                out.println(line);
              }
            });
    out.printf(
        Locale.ROOT,
        "seed %d: %d events, %d invocations, %d restores, %d faults, trace %016x\n",
        seed,
        result.events(),
        result.invocations(),
        result.restores(),
        result.faults(),
        result.traceHash());
    result
        .violation()
        .ifPresent(
            violation -> {
              out.println("VIOLATED " + violation.getMessage());
              violation.printStackTrace(out);
            });
    if (result.violation().isEmpty()) {
      out.println("every invariant held");
    }
    out.flush();
    return result.violation().isPresent() ? 1 : 0;
  }

  private int many(PrintWriter out) {
    Simulations.Report report = Simulations.run(first, seeds, threads, Guards.all(), 10);
    out.print(report.table());
    out.printf(
        Locale.ROOT,
        "%d seeds from %d on, %d events; each at least %d invocations, %d faults, %d restores\n",
        report.seeds(),
        first,
        report.events(),
        report.leastInvocations(),
        report.leastFaults(),
        report.leastRestores());
    for (SimulationResult failed : report.failed()) {
      out.println(
          "seed " + failed.seed() + " VIOLATED " + failed.violation().orElseThrow().getMessage());
      out.println("  again: " + failed.replay());
    }
    out.flush();
    return report.failed().isEmpty() ? 0 : 1;
  }
}
