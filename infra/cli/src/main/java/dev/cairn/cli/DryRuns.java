package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import dev.cairn.coordinator.commanding.DryRun;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.ports.SourceMapping;
import dev.cairn.coordinator.ports.Topology;
import dev.cairn.coordinator.restoring.PreflightReport;
import dev.cairn.coordinator.restoring.PreflightReport.Replay;
import dev.cairn.coordinator.restoring.StateComparison;
import dev.cairn.history.DeployedVersions;
import dev.cairn.id.EntryId;
import dev.cairn.id.ShardId;
import dev.cairn.job.Deployment;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.Registration;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.parallel.FanOut;
import dev.cairn.retry.Backoff;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Runs dry runs of restores on the user's machine, with the user's permissions. */
final class DryRuns {
  private DryRuns() {}

  static DryRun on(Connection connection) {
    Supplier<EntryId> nothingIsWritten =
        () -> {
          throw new IllegalStateException("a dry run writes no entry");
        };
    return new DryRun(
        new CoordinatorPorts(
            connection.journal(),
            connection.checkpoints(),
            connection.storage(),
            Topology.ofOne(
                connection.deployment().map(Deployment::stage),
                stream(connection),
                mapping(connection),
                (subtask, purpose) -> {
                  throw new IllegalStateException("a dry run wakes nobody");
                }),
            InstantSource.system(),
            nothingIsWritten,
            Announcer.SILENT,
            connection.damages(),
            FanOut.ONE_BY_ONE,
            connection.registrations(),
            Optional.empty(),
            DeployedVersions.UNKNOWN),
        CoordinatorSettings.DEFAULTS);
  }

  /**
   * Uses the problems that the coordinator last found, so the user needs no permission for Lambda.
   */
  private static SourceMapping mapping(Connection connection) {
    return new SourceMapping() {
      @Override
      public void enable() {}

      @Override
      public void disable() {}

      @Override
      public List<MappingProblem> problems(Set<StartPosition> starts) {
        return connection.mappingProblems().get();
      }
    };
  }

  private static StreamReader stream(Connection connection) {
    return connection.stream()
        .<StreamReader>map(
            name ->
                new KinesisStreamReader(
                    connection.kinesis(),
                    name,
                    Backoff.outlasting(KinesisStreamReader.LONGEST_REFUSAL)))
        .orElseGet(
            () ->
                new OutOfReach(
                    connection.isDemo()
                        ? "the demo's stream is inside its process"
                        : "the table does not say which stream the job reads (--stream)"));
  }

  private record OutOfReach(String why) implements StreamReader {
    @Override
    public List<Shard> shards() {
      throw new StreamException(why);
    }

    @Override
    public List<Shard> shardsOpenAt(StartPosition place) {
      throw new StreamException(why);
    }

    @Override
    public Duration retention() {
      throw new StreamException(why);
    }

    @Override
    public Page read(ShardId shard, From from, int limit) {
      throw new StreamException(why);
    }
  }

  /** Prints it, and returns the exit code. */
  static int print(DryRun.Result result, boolean json, PrintWriter out) {
    return switch (result) {
      case DryRun.Result.Refused(String reason) -> {
        out.println(
            json
                ? JsonOutput.pretty(
                    JsonOutput.object().put("possible", false).put("refusal", reason))
                : "refused    " + Elision.positions(reason) + "\nNothing was changed.");
        yield ExitCode.NO;
      }
      case DryRun.Result.Possible(PreflightReport report) -> {
        if (json) {
          out.println(JsonOutput.pretty(json(report)));
        } else {
          print(report, out);
        }
        yield ExitCode.OK;
      }
    };
  }

  private static void print(PreflightReport report, PrintWriter out) {
    out.printf(Locale.ROOT, "possible   %s can be restored\n", report.from().name());
    report.from().passedOver().forEach(one -> out.printf(Locale.ROOT, "passed by  %s\n", one));
    out.printf(
        Locale.ROOT,
        "files      %s, %s: all present, each with its size and SHA-256\n",
        Sizes.count(report.checked().size()),
        Sizes.bytes(report.sizeBytes()));
    states(report).forEach(line -> out.println("states     " + line));
    out.println(
        report.marks() == 0
            ? "damage     no damage is known"
            : "damage     "
                + report.marks()
                + " files of the job are marked as damaged; this checkpoint needs none of them");
    report
        .margin()
        .ifPresent(
            margin ->
                out.printf(
                    Locale.ROOT,
                    "retention  the stream keeps the needed records for another %s\n",
                    Sizes.age(margin)));
    report
        .streamUnread()
        .ifPresent(why -> out.printf(Locale.ROOT, "retention  unknown: %s\n", why));
    out.printf(
        Locale.ROOT,
        "replay     %s records%s\n",
        Sizes.count(report.records()),
        report.stream().map(time -> ", of the last " + Sizes.age(time)).orElse(""));
    for (Replay replay : report.replays()) {
      out.printf(
          Locale.ROOT,
          "  %s  %s records%s, from %s to %s%s\n",
          replay.subtask().name(),
          Sizes.count(replay.records()),
          replay.stream().map(time -> " of the last " + Sizes.age(time)).orElse(""),
          Elision.positions(replay.from().toString()),
          Elision.positions(replay.frontier().toString()),
          elsewhere(replay));
    }
    out.println(
        "rights     checked with your permissions, from this machine; the restore uses the deployed"
            + " functions' roles"
            + (report.from().own().isPresent()
                ? ""
                : ", which must be allowed to read " + report.from().text()));
    out.println("Nothing was changed.");
  }

  /**
   * Returns what is special about a replay: state from other subtasks, or a shard that the restore
   * opens.
   */
  private static String elsewhere(Replay replay) {
    boolean isItsOwn = replay.sources().equals(List.of(replay.subtask().name()));
    String state =
        replay.sources().isEmpty()
            ? ", without state"
            : isItsOwn ? "" : ", with state of " + String.join(", ", replay.sources());
    return state + (replay.isOpened() ? "" : ", opened by the restore");
  }

  private static List<String> states(PreflightReport report) {
    StateComparison states = report.states();
    List<String> lines = new ArrayList<>();
    for (Registration by : states.by()) {
      lines.add("all fit version " + by.version() + " of the code of " + by.stage());
    }
    report.from().dropped().forEach(name -> lines.add("\"" + name + "\" is dropped"));
    states
        .added()
        .forEach(one -> lines.add("\"" + one.declared().name() + "\" is new, and begins empty"));
    states.notCompared().ifPresent(lines::add);
    return lines;
  }

  private static ObjectNode json(PreflightReport report) {
    ObjectNode json =
        JsonOutput.object()
            .put("possible", true)
            .put("from", report.from().text())
            .put("damagedFiles", report.marks())
            .put("records", report.records());
    if (!report.from().passedOver().isEmpty()) {
      ArrayNode passedOver = json.putArray("passedOver");
      report.from().passedOver().forEach(passedOver::add);
    }
    millis(json, "streamMillis", report.stream());
    millis(json, "retentionMarginMillis", report.margin());
    report.streamUnread().ifPresent(why -> json.put("streamUnread", why));
    ObjectNode states = json.putObject("states");
    ArrayNode code = states.putArray("comparedWith");
    report
        .states()
        .by()
        .forEach(
            by ->
                code.addObject()
                    .put("stage", by.stage().value())
                    .put("version", by.version().value()));
    ArrayNode dropped = states.putArray("dropped");
    report.from().dropped().forEach(dropped::add);
    ArrayNode added = states.putArray("added");
    report.states().added().forEach(one -> added.add(one.declared().name()));
    report.states().notCompared().ifPresent(why -> states.put("notCompared", why));
    ArrayNode files = json.putArray("files");
    report
        .checked()
        .forEach(
            one ->
                files.add(
                    JsonOutput.file(one.file())
                        .put("kind", one.kind().name().toLowerCase(Locale.ROOT))));
    ArrayNode shards = json.putArray("subtasks");
    for (Replay replay : report.replays()) {
      ObjectNode shard =
          shards
              .addObject()
              .put("subtask", replay.subtask().name())
              .put("from", replay.from().toString())
              .put("frontier", replay.frontier().toString())
              .put("records", replay.records())
              .put("isOpened", replay.isOpened());
      ArrayNode sources = shard.putArray("sources");
      replay.sources().forEach(sources::add);
      millis(shard, "streamMillis", replay.stream());
      millis(shard, "retentionMarginMillis", replay.margin());
    }
    return json;
  }

  private static void millis(ObjectNode json, String name, Optional<Duration> time) {
    time.ifPresent(present -> json.put(name, present.toMillis()));
  }
}
