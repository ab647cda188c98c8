package dev.cairn.system.scale;

import dev.cairn.system.scale.Quotas.Peak;
import dev.cairn.system.scale.Quotas.Quota;
import dev.cairn.system.scale.WidePipeline.Invocation;
import dev.cairn.system.scale.WidePipeline.Phase;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What pipelines of several widths used, as text. */
final class ScaleReport {
  private static final List<String> KEYS = List.of("JOB", "ACK", "EXPECTED", "JOURNAL");
  private final StringBuilder text = new StringBuilder();

  /** One pipeline, and its phases. */
  record Told(WidePipeline pipeline, List<Phase> phases) {}

  String of(List<Told> runs) {
    for (int phase = 0; phase < runs.getFirst().phases().size(); phase++) {
      line("%s\n", runs.getFirst().phases().get(phase).name());
      line("  %-44s%s\n", "subtasks", row(runs, run -> count(run.pipeline().subtasks())));
      int index = phase;
      rows(runs.stream().map(run -> run.phases().get(index)).toList());
    }
    line("items\n");
    line(
        "  %-44s%s\n",
        "in the transaction that commits", row(runs, run -> count(run.pipeline().commitItems())));
    for (String key : KEYS) {
      line(
          "  %-44s%s\n",
          "largest at " + key + "#, bytes",
          row(runs, run -> count(run.pipeline().largestItems().getOrDefault(key, 0L))));
    }
    line(
        "  %-44s%s\n",
        "_metadata, bytes", row(runs, run -> count(run.pipeline().largestFile("_metadata"))));
    line(
        "  %-44s%s\n",
        "containers of the coordinator",
        row(runs, run -> count(run.pipeline().coordinatorContainers())));
    return text.toString();
  }

  private void rows(List<Phase> phases) {
    row("it took", phases, phase -> seconds(phase.took()));
    row(
        "from trigger to commit",
        phases,
        phase -> phase.committed().map(took -> seconds(took)).orElse(""));
    row("invocations of the coordinator", phases, phase -> count(phase.invocations().size()));
    row("  the longest", phases, phase -> seconds(longest(phase).map(Invocation::took)));
    row("  its calls", phases, phase -> count(longest(phase).map(Invocation::calls).orElse(0L)));
    row("  all of their calls", phases, ScaleReport::calls);
    row("requests, with the tasks'", phases, ScaleReport::requests);
    row("write units", phases, phase -> count(phase.quotas().total(Quota.WRITE_UNITS)));
    row("read units", phases, phase -> count(phase.quotas().total(Quota.READ_UNITS)));
    line("  the most in one second, of what is allowed\n");
    for (Quota quota : Quota.values()) {
      if (quota == Quota.WRITE_UNITS_A_KEY || quota == Quota.READ_UNITS_A_KEY) {
        for (String key : KEYS) {
          row(
              "  " + (quota == Quota.WRITE_UNITS_A_KEY ? "writes" : "reads") + " at a " + key + "#",
              phases,
              phase -> share(phase.quotas().peak(quota, key), quota));
        }
      } else {
        row(
            "  " + quota.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            phases,
            phase -> share(phase.quotas().peak(quota, ""), quota));
      }
    }
    Phase widest = phases.getLast();
    line("  at the widest, by the second\n");
    seconds("write units at ACK# keys", widest, Quota.WRITE_UNITS_A_KEY, "ACK");
    seconds("write units at JOURNAL# keys", widest, Quota.WRITE_UNITS_A_KEY, "JOURNAL");
    seconds("read units at the JOB# key", widest, Quota.READ_UNITS_A_KEY, "JOB");
    seconds("S3 writes", widest, Quota.S3_WRITES, "");
    seconds("S3 reads", widest, Quota.S3_READS, "");
    line("\n");
  }

  private void seconds(String what, Phase phase, Quota quota, String prefix) {
    line(
        "    %-42s%s\n",
        what,
        phase.quotas().aSecond(quota, prefix).entrySet().stream()
            .filter(second -> second.getValue() > 0)
            .limit(40)
            .map(second -> second.getKey() + "s:" + Math.round(second.getValue()))
            .collect(Collectors.joining(" ")));
  }

  private interface Shown<T> {
    String of(T one);
  }

  private void row(String what, List<Phase> phases, Shown<Phase> shown) {
    line("  %-44s%s\n", what, row(phases, shown));
  }

  private static <T> String row(List<T> runs, Shown<T> shown) {
    return runs.stream()
        .map(run -> String.format(Locale.ROOT, "%16s", shown.of(run)))
        .collect(Collectors.joining());
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }

  private static Optional<Invocation> longest(Phase phase) {
    return phase.invocations().stream().max(Comparator.comparing(Invocation::took));
  }

  private static String calls(Phase phase) {
    return count(phase.invocations().stream().mapToLong(Invocation::calls).sum());
  }

  private static String requests(Phase phase) {
    return count(phase.requests().values().stream().mapToLong(Long::longValue).sum());
  }

  private static String share(Peak peak, Quota quota) {
    return count(peak.used()) + "/" + count(quota.aSecond());
  }

  private static String count(double amount) {
    return String.format(Locale.ROOT, "%,d", Math.round(amount));
  }

  private static String seconds(Optional<Duration> duration) {
    return seconds(duration.orElse(Duration.ZERO));
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
