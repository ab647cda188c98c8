package dev.cairn.local.cost;

import dev.cairn.cli.ContributedCommand;
import dev.cairn.cli.input.InputException;
import dev.cairn.cli.output.Terminal;
import dev.cairn.cli.output.WorkProgress;
import dev.cairn.cli.prices.Prices;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cairn cost}: what a pipeline costs in AWS. */
@Command(
    name = "cost",
    mixinStandardHelpOptions = true,
    description = {
      "Counts the requests of a pipeline that runs here, in simulated time, and multiplies them"
          + " with AWS's published prices.",
      "",
      "Prints what it counted and what it assumed. The same options give the same table.",
      ""
    })
public final class CostCommand implements ContributedCommand {
  /**
   * The cost of an idle pipeline depends slightly on its state. It is therefore counted after this
   * rate, independent of the requested rates.
   */
  private static final int IDLE_AFTER = 10;

  @Option(
      names = "--rate",
      paramLabel = "N",
      split = ",",
      description = "Records/s of each shard, one or several (default: ${DEFAULT-VALUE}).",
      defaultValue = "10,100,1000")
  private List<Integer> rates = List.of();

  @Option(
      names = "--shards",
      paramLabel = "N",
      description = "Shards of the stream (default: ${DEFAULT-VALUE}).")
  private int shards = 2;

  @Option(
      names = "--window",
      paramLabel = "DURATION",
      description = "How long the mapping gathers a batch (default: 1 s).")
  private Duration window = Duration.ofSeconds(1);

  @Option(
      names = "--interval",
      paramLabel = "DURATION",
      description = "From one checkpoint to the next (default: 1 min).")
  private Duration interval = Duration.ofMinutes(1);

  @Option(
      names = "--record-bytes",
      paramLabel = "N",
      description = "A record's data (default: ${DEFAULT-VALUE}).")
  private int recordBytes = 300;

  @Option(
      names = "--changed-bytes",
      paramLabel = "N",
      description = "What a record changes of its key's state (default: ${DEFAULT-VALUE}).")
  private int changedBytes = 200;

  @Option(
      names = "--keys",
      paramLabel = "N",
      description = "Keys over all shards (default: ${DEFAULT-VALUE}).")
  private int keys = 10_000;

  @Option(
      names = "--memory",
      paramLabel = "MB",
      description = "Memory of the task's function (default: ${DEFAULT-VALUE}).")
  private int memoryMb = 1769;

  @Option(
      names = "--stretch",
      paramLabel = "DURATION",
      description = "For how long requests are counted (default: three intervals).")
  private @Nullable Duration stretch;

  @Option(names = "--markdown", description = "Print Markdown, as in docs/cost.md.")
  private boolean markdown;

  @SuppressWarnings("NullAway.Init") // By picocli.
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    if (rates.isEmpty()) {
      throw new InputException("no rate was given to count (--rate)");
    }
    List<Workload> workloads = rates.stream().map(this::workload).toList();
    Workload reference = workload(IDLE_AFTER);
    Terminal terminal = Terminal.of(spec);
    try (WorkProgress progress =
        WorkProgress.of(
            "counting", spec.commandLine().getErr(), terminal.progress(), InstantSource.system())) {
      Map<Workload, CountedPipeline.Result> counted = new LinkedHashMap<>();
      for (Workload workload : workloads) {
        progress.now(
            "counting requests at "
                + workload.recordsPerSecond()
                + " records/s a shard, rate "
                + (counted.size() + 1)
                + " of "
                + workloads.size());
        counted.computeIfAbsent(workload, CostCommand::count);
      }
      progress.now("counting requests while nothing arrives");
      CountedPipeline.Result idle =
          Optional.ofNullable(counted.get(reference)).orElseGet(() -> count(reference));
      CostReport report = new CostReport(Prices.published(), Assumptions.DEFAULTS, idle);
      counted.forEach(report::add);
      PrintWriter plain = spec.commandLine().getOut();
      PrintWriter out = markdown ? plain : terminal.fitted(plain, progress::printed);
      progress.printed();
      (markdown ? report.markdown() : report.text(terminal.columns())).forEach(out::println);
      out.flush();
    }
    return 0;
  }

  private static CountedPipeline.Result count(Workload workload) {
    return CountedPipeline.count(workload, Assumptions.DEFAULTS);
  }

  private Workload workload(int rate) {
    return new Workload(
        rate,
        shards,
        window,
        interval,
        recordBytes,
        changedBytes,
        keys,
        memoryMb,
        stretch == null ? interval.multipliedBy(3) : stretch);
  }
}
