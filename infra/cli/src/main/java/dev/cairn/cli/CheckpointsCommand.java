package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.cli.inspect.CheckpointTable;
import dev.cairn.cli.inspect.CheckpointTable.Row;
import dev.cairn.cli.inspect.Statistics;
import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.prices.CheckpointCost;
import dev.cairn.damage.Damage;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "checkpoints",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Lists a job's checkpoints, or shows one in detail.")
final class CheckpointsCommand extends PipelineCommand {
  private static final String STATISTICS_LINE = "%-20s  %8s  %8s  %8s  %8s  %8s  %8s";
  private static final String DURATION = "durationMillis";
  private static final String FULL = "fullSizeBytes";
  private static final String INCREMENTAL = "incrementalSizeBytes";

  @Parameters(arity = "0..1", paramLabel = "ID", description = "The checkpoint to show in detail.")
  private @Nullable String id;

  @Override
  void requireUsable() {
    if (id != null) {
      CheckpointIds.parse(id);
    }
  }

  @Override
  int run(Connection connection, PrintWriter out) {
    Job job = connection.requireJob();
    if (id == null) {
      list(out, connection, job);
    } else {
      show(out, connection, CheckpointIds.require(connection, CheckpointIds.parse(id)));
    }
    return ExitCode.OK;
  }

  private void list(PrintWriter out, Connection connection, Job job) {
    List<Damage> damages = connection.damages().damages(job.id());
    List<Row> rows =
        Row.of(connection.checkpoints(), job, connection.checkpoints().checkpoints(job.id()));
    if (json()) {
      ObjectNode json = JobText.json(job);
      ArrayNode checkpoints = json.putArray("checkpoints");
      rows.forEach(row -> checkpoints.add(summary(row, damages)));
      ObjectNode statistics = json.putObject("statistics");
      statistics(rows).forEach((name, found) -> statistics.set(name, json(found)));
      out.println(JsonOutput.pretty(json));
      return;
    }
    out.println(JobText.line(job));
    job.refusal().ifPresent(refusal -> out.println(JobText.line(refusal)));
    out.println();
    if (rows.isEmpty()) {
      out.println("No checkpoint yet.");
      return;
    }
    Instant now = Instant.now();
    out.println(CheckpointTable.HEADER);
    rows.forEach(row -> out.println(line(row, damages, now)));
    if (rows.stream().anyMatch(row -> row.checkpoint().isSavepoint())) {
      out.println();
      out.println("A savepoint's INCREMENTAL counts its own files and the job's new ones.");
    }
    Map<String, Statistics> statistics = statistics(rows);
    if (!statistics.isEmpty()) {
      out.println();
      out.println(
          String.format(
              Locale.ROOT, STATISTICS_LINE, "", "MIN", "MEAN", "P50", "P90", "P99", "MAX"));
      statistics.forEach((name, found) -> out.println(line(name, found)));
    }
  }

  /** Computes statistics by measurement over the completed checkpoints that are displayed. */
  private static Map<String, Statistics> statistics(List<Row> rows) {
    List<Checkpoint.Completed> completed =
        rows.stream().flatMap(row -> completed(row.checkpoint()).stream()).toList();
    Map<String, Statistics> statistics = new LinkedHashMap<>();
    Statistics.of(completed.stream().mapToLong(one -> one.duration().toMillis()))
        .ifPresent(found -> statistics.put(DURATION, found));
    Statistics.of(completed.stream().mapToLong(Checkpoint.Completed::fullSizeBytes))
        .ifPresent(found -> statistics.put(FULL, found));
    Statistics.of(completed.stream().mapToLong(Checkpoint.Completed::incrementalSizeBytes))
        .ifPresent(found -> statistics.put(INCREMENTAL, found));
    return statistics;
  }

  private static Optional<Checkpoint.Completed> completed(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Completed completed -> Optional.of(completed);
      case Checkpoint.Subsumed subsumed -> Optional.of(subsumed.completed());
      case Checkpoint.Pending p -> Optional.empty();
      case Checkpoint.Aborted a -> Optional.empty();
    };
  }

  private static String line(String name, Statistics found) {
    LongFunction<String> text =
        name.equals(DURATION) ? millis -> Sizes.seconds(Duration.ofMillis(millis)) : Sizes::bytes;
    return String.format(
        Locale.ROOT,
        STATISTICS_LINE,
        name,
        text.apply(found.min()),
        text.apply(found.mean()),
        text.apply(found.p50()),
        text.apply(found.p90()),
        text.apply(found.p99()),
        text.apply(found.max()));
  }

  private static ObjectNode json(Statistics found) {
    return JsonOutput.object()
        .put("min", found.min())
        .put("mean", found.mean())
        .put("p50", found.p50())
        .put("p90", found.p90())
        .put("p99", found.p99())
        .put("max", found.max());
  }

  private static String line(Row row, List<Damage> damages, Instant now) {
    int damaged = of(row.checkpoint(), damages).size();
    return CheckpointTable.line(row, now) + (damaged == 0 ? "" : "  DAMAGED: " + files(damaged));
  }

  private static String files(int count) {
    return count == 1 ? "1 file" : count + " files";
  }

  /** Returns the scrubber's marks on files of a live checkpoint. */
  private static List<Damage> of(Checkpoint checkpoint, List<Damage> damages) {
    return checkpoint instanceof Checkpoint.Completed
        ? damages.stream().filter(damage -> damage.checkpoints().contains(checkpoint.id())).toList()
        : List.of();
  }

  private static ObjectNode summary(Row row, List<Damage> damages) {
    Checkpoint checkpoint = row.checkpoint();
    ObjectNode summary =
        JsonOutput.object()
            .put("id", checkpoint.id().value())
            .put("status", CheckpointTable.status(checkpoint))
            .put("epoch", checkpoint.trigger().epoch().value())
            .put("triggeredAt", checkpoint.trigger().triggeredAt().toString())
            .put("durationMillis", CheckpointTable.duration(checkpoint, Instant.now()).toMillis())
            .put("tasks", checkpoint.trigger().expected().count())
            .put("acknowledged", row.acknowledged())
            .put("late", row.late())
            .put("pinned", row.isPinned())
            .put("cause", checkpoint.trigger().cause());
    checkpoint
        .trigger()
        .savepoint()
        .ifPresent(
            savepoint -> {
              ObjectNode json =
                  summary.putObject("savepoint").put("directory", savepoint.directory().value());
              savepoint.name().ifPresent(name -> json.put("name", name.value()));
            });
    switch (checkpoint) {
      case Checkpoint.Pending p -> {}
      case Checkpoint.Aborted aborted ->
          summary
              .put("reason", aborted.failure().reason().name())
              .put("message", aborted.failure().message())
              .put("advice", aborted.failure().reason().advice());
      case Checkpoint.Completed completed -> complete(summary, completed);
      case Checkpoint.Subsumed subsumed -> complete(summary, subsumed.completed());
    }
    List<Damage> found = of(checkpoint, damages);
    if (!found.isEmpty()) {
      ArrayNode damaged = summary.putArray("damaged");
      found.forEach(
          damage ->
              damaged.add(
                  JsonOutput.file(damage.file())
                      .put("damage", damage.what())
                      .put("foundAt", damage.foundAt().toString())));
    }
    return summary;
  }

  private static void complete(ObjectNode summary, Checkpoint.Completed completed) {
    summary
        .put("completedAt", completed.completedAt().toString())
        .put("fullSizeBytes", completed.fullSizeBytes())
        .put("incrementalSizeBytes", completed.incrementalSizeBytes());
    completed
        .ackTimes()
        .ifPresent(
            ackTimes ->
                summary
                    .put("firstAcknowledgedAt", ackTimes.first().toString())
                    .put("lastAcknowledgedAt", ackTimes.last().toString()));
    summary.set("metadata", JsonOutput.file(completed.metadata()));
  }

  private void show(PrintWriter out, Connection connection, Checkpoint checkpoint) {
    Row row =
        Row.of(connection.checkpoints(), connection.requireJob(), List.of(checkpoint)).getFirst();
    List<Damage> damages = connection.damages().damages(connection.job());
    List<Acknowledgement> acknowledgements =
        connection.checkpoints().acknowledgements(connection.job(), checkpoint.id());
    if (json()) {
      ObjectNode json = summary(row, damages);
      ArrayNode tasks = json.putArray("acknowledgements");
      acknowledgements.forEach(task -> tasks.add(json(task)));
      completed(checkpoint)
          .ifPresent(
              completed -> json.set("cost", json(CheckpointCost.of(completed, acknowledgements))));
      out.println(JsonOutput.pretty(json));
      return;
    }
    out.println(CheckpointTable.HEADER);
    out.println(line(row, damages, Instant.now()));
    of(checkpoint, damages).forEach(damage -> out.println("  " + damage));
    out.println();
    out.println(
        "triggered  "
            + Sizes.time(checkpoint.trigger().triggeredAt())
            + " in epoch "
            + checkpoint.trigger().epoch()
            + " by "
            + checkpoint.trigger().cause());
    completed(checkpoint)
        .ifPresent(
            completed -> {
              completed.ackTimes().ifPresent(acknowledged -> show(out, completed, acknowledged));
              out.println("completed  " + Sizes.time(completed.completedAt()));
              out.println("metadata   " + completed.metadata().path());
              out.println("cost       " + CheckpointCost.of(completed, acknowledgements).text());
              out.println("           (" + CheckpointCost.ASSUMES + ")");
            });
    out.println();
    acknowledgements.stream().map(CheckpointsCommand::line).forEach(out::println);
    missing(checkpoint, acknowledgements).forEach(out::println);
  }

  /**
   * Lists missing acknowledgements: by name for a pending checkpoint, by number for an ended one.
   */
  private static List<String> missing(
      Checkpoint checkpoint, List<Acknowledgement> acknowledgements) {
    if (checkpoint instanceof Checkpoint.Pending pending && pending.isListed()) {
      Set<SubtaskId> acknowledged =
          acknowledgements.stream().map(Acknowledgement::subtask).collect(Collectors.toSet());
      return pending.subtasks().stream()
          .filter(subtask -> !acknowledged.contains(subtask))
          .map(subtask -> subtask.name() + "  has not acknowledged")
          .toList();
    }
    int missing = checkpoint.trigger().expected().count() - acknowledgements.size();
    return missing <= 0
        ? List.of()
        : List.of(
            missing + " more have not acknowledged, or their acknowledgements are no longer kept");
  }

  private static void show(
      PrintWriter out, Checkpoint.Completed completed, Checkpoint.AckTimes ackTimes) {
    Instant triggered = completed.trigger().triggeredAt();
    out.println(
        "acks       first after "
            + Sizes.age(Duration.between(triggered, ackTimes.first()))
            + ", last after "
            + Sizes.age(Duration.between(triggered, ackTimes.last()))
            + ", committed "
            + Sizes.age(Duration.between(ackTimes.last(), completed.completedAt()))
            + " later");
  }

  private static ObjectNode json(CheckpointCost cost) {
    return JsonOutput.object()
        .put("usd", cost.usd())
        .put("writeUnits", cost.writeUnits())
        .put("s3Writes", cost.s3Writes())
        .put("writtenBytes", cost.writtenBytes())
        .put("carriedForward", cost.carriedForward())
        .put("assumes", CheckpointCost.ASSUMES);
  }

  private static ObjectNode json(Acknowledgement acknowledgement) {
    ObjectNode json = JsonOutput.object().put("subtask", acknowledgement.subtask().name());
    switch (acknowledgement) {
      case Acknowledgement.Declined declined ->
          json.put("status", "DECLINED")
              .put("reason", declined.reason().name())
              .put("message", declined.message());
      case Acknowledgement.Acknowledged done -> {
        json.put("status", "ACKNOWLEDGED")
            .put("fullSizeBytes", done.fullSizeBytes())
            .put("incrementalSizeBytes", done.incrementalSizeBytes());
        done.stateFile().ifPresent(file -> json.set("stateFile", JsonOutput.file(file)));
        json.put("carriedForward", done.isCarriedForward());
        done.timing()
            .ifPresent(
                timing ->
                    json.put("acknowledgedAt", timing.at().toString())
                        .put("waitedMillis", timing.waited().toMillis())
                        .put("tookMillis", timing.took().toMillis()));
      }
    }
    return json;
  }

  private static String line(Acknowledgement json) {
    return json.subtask().name()
        + switch (json) {
          case Acknowledgement.Declined declined ->
              "  declined (" + declined.reason() + "): " + declined.message();
          case Acknowledgement.Acknowledged done ->
              String.format(
                  Locale.ROOT,
                  "  full %9s  incremental %9s  %s  %s",
                  Sizes.bytes(done.fullSizeBytes()),
                  Sizes.bytes(done.incrementalSizeBytes()),
                  took(done),
                  done.stateFile()
                      .map(file -> file.path().value())
                      .orElse("(nothing applied yet)"));
        };
  }

  private static String took(Acknowledgement.Acknowledged done) {
    if (done.isCarriedForward()) {
      return "carried forward";
    }
    return done.timing()
        .map(
            timing -> "waited " + Sizes.age(timing.waited()) + ", took " + Sizes.age(timing.took()))
        .orElse("");
  }
}
