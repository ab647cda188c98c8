package dev.cairn.simulation;

import dev.cairn.cli.ContributedCommand;
import dev.cairn.cli.input.InputException;
import dev.cairn.cli.output.Terminal;
import dev.cairn.cli.output.WorkProgress;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cairn simulate}: runs seeds of the simulation by hand. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the protocol under seeds, with faults at every call, and checks its invariants after"
          + " every step.",
      "A seed always gives the same run."
    })
public final class SimulateCommand implements ContributedCommand {
  @Option(names = "--seed", paramLabel = "N", description = "Run this one seed.")
  private @Nullable Long seed;

  @Option(names = "--trace", description = "With --seed: print every step.")
  private boolean trace;

  @Option(
      names = "--first",
      paramLabel = "N",
      description = "The first of several seeds (default: 1).")
  private @Nullable Long first;

  @Option(names = "--seeds", paramLabel = "N", description = "How many seeds (default: 200).")
  private @Nullable Long seeds;

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
    requireUsable();
    Terminal terminal = Terminal.of(spec);
    try (WorkProgress progress =
        WorkProgress.of(
            "running", spec.commandLine().getErr(), terminal.progress(), InstantSource.system())) {
      PrintWriter out = terminal.fitted(spec.commandLine().getOut(), progress::printed);
      return seed == null ? many(out, progress) : runSeed(seed, out);
    }
  }

  private void requireUsable() {
    if (seed != null && seeds != null) {
      throw new InputException("--seed runs one seed and --seeds several: give one of the two");
    }
    if (seed != null && first != null) {
      throw new InputException("--first is the first of several seeds: give --seed or --first");
    }
    if (trace && seed == null) {
      throw new InputException("--trace prints the steps of one seed: name it (--seed N)");
    }
    requireAtLeast(0, seed, "--seed");
    requireAtLeast(0, first, "--first");
    requireAtLeast(1, seeds, "--seeds");
    requireAtLeast(1, (long) threads, "--threads");
  }

  private static void requireAtLeast(long least, @Nullable Long given, String option) {
    if (given != null && given < least) {
      throw new InputException(option + " is " + least + " or more, not " + given);
    }
  }

  private int runSeed(long seed, PrintWriter out) {
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

  private int many(PrintWriter out, WorkProgress progress) {
    long from = first == null ? 1 : first;
    long count = seeds == null ? 200 : seeds;
    Simulations.Report report =
        Simulations.run(
            from,
            count,
            threads,
            Guards.all(),
            10,
            done -> progress.now("ran " + done + " of " + count + " seeds"));
    out.print(report.table());
    out.printf(
        Locale.ROOT,
        "%d seeds from %d on, %d events, %d ms of processor time a seed; each at least %d invocations, %d faults, %d restores\n",
        report.seeds(),
        from,
        report.events(),
        report.processorTimePerSeed().toMillis(),
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
