package dev.cairn.local.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Damage;
import dev.cairn.checkpoint.Job;
import dev.cairn.id.SubtaskId;
import dev.cairn.local.inspect.CheckpointTable;
import dev.cairn.local.inspect.CheckpointTable.Row;
import dev.cairn.local.inspect.Sizes;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
        Row.of(connection.checkpoints(), connection.checkpoints().checkpoints(job.id()));
    if (json()) {
      ObjectNode answer = JobText.json(job);
      ArrayNode checkpoints = answer.putArray("checkpoints");
      rows.forEach(row -> checkpoints.add(summary(row, damages)));
      out.println(Json.pretty(answer));
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
  }

  private static String line(Row row, List<Damage> damages, Instant now) {
    int damaged = of(row.checkpoint(), damages).size();
    return CheckpointTable.line(row, now) + (damaged == 0 ? "" : "  DAMAGED: " + files(damaged));
  }

  private static String files(int count) {
    return count == 1 ? "1 file" : count + " files";
  }

  /** What a scrubber has marked of a checkpoint that would need it. */
  private static List<Damage> of(Checkpoint checkpoint, List<Damage> damages) {
    return checkpoint instanceof Checkpoint.Completed
        ? damages.stream().filter(damage -> damage.checkpoints().contains(checkpoint.id())).toList()
        : List.of();
  }

  private static ObjectNode summary(Row row, List<Damage> damages) {
    Checkpoint checkpoint = row.checkpoint();
    ObjectNode summary =
        Json.object()
            .put("id", checkpoint.id().value())
            .put("status", CheckpointTable.status(checkpoint))
            .put("epoch", checkpoint.trigger().epoch().value())
            .put("triggeredAt", checkpoint.trigger().triggeredAt().toString())
            .put("durationMillis", CheckpointTable.duration(checkpoint, Instant.now()).toMillis())
            .put("tasks", checkpoint.trigger().expected().count())
            .put("acknowledged", row.acknowledged());
    switch (checkpoint) {
      case Checkpoint.Pending p -> {}
      case Checkpoint.Aborted aborted ->
          summary
              .put("reason", aborted.failure().reason().name())
              .put("message", aborted.failure().message());
      case Checkpoint.Completed completed -> complete(summary, completed);
      case Checkpoint.Subsumed subsumed -> complete(summary, subsumed.completed());
    }
    List<Damage> found = of(checkpoint, damages);
    if (!found.isEmpty()) {
      ArrayNode damaged = summary.putArray("damaged");
      found.forEach(
          damage ->
              damaged.add(
                  Json.file(damage.file())
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
    summary.set("metadata", Json.file(completed.metadata()));
  }

  private void show(PrintWriter out, Connection connection, Checkpoint checkpoint) {
    Row row = Row.of(connection.checkpoints(), List.of(checkpoint)).getFirst();
    List<Damage> damages = connection.damages().damages(connection.job());
    List<Acknowledgement> answers =
        connection.checkpoints().acknowledgements(connection.job(), checkpoint.id());
    if (json()) {
      ObjectNode answer = summary(row, damages);
      ArrayNode tasks = answer.putArray("acknowledgements");
      answers.forEach(task -> tasks.add(json(task)));
      out.println(Json.pretty(answer));
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
            + checkpoint.trigger().epoch());
    if (checkpoint instanceof Checkpoint.Completed completed) {
      out.println("completed  " + Sizes.time(completed.completedAt()));
      out.println("metadata   " + completed.metadata().path());
    }
    out.println();
    answers.stream().map(CheckpointsCommand::line).forEach(out::println);
    missing(checkpoint, answers).forEach(out::println);
  }

  /** The names are known of what is pending; of what is over, how many there were. */
  private static List<String> missing(Checkpoint checkpoint, List<Acknowledgement> answers) {
    if (checkpoint instanceof Checkpoint.Pending pending && pending.isListed()) {
      Set<SubtaskId> answered =
          answers.stream().map(Acknowledgement::subtask).collect(Collectors.toSet());
      return pending.subtasks().stream()
          .filter(subtask -> !answered.contains(subtask))
          .map(subtask -> subtask.name() + "  has not answered")
          .toList();
    }
    int missing = checkpoint.trigger().expected().count() - answers.size();
    return missing <= 0
        ? List.of()
        : List.of(missing + " more have not answered, or their answers are no longer kept");
  }

  private static ObjectNode json(Acknowledgement answer) {
    ObjectNode json = Json.object().put("subtask", answer.subtask().name());
    switch (answer) {
      case Acknowledgement.Declined declined ->
          json.put("status", "DECLINED")
              .put("reason", declined.reason().name())
              .put("message", declined.message());
      case Acknowledgement.Acknowledged done -> {
        json.put("status", "ACKNOWLEDGED")
            .put("fullSizeBytes", done.fullSizeBytes())
            .put("incrementalSizeBytes", done.incrementalSizeBytes());
        done.stateFile().ifPresent(file -> json.set("stateFile", Json.file(file)));
      }
    }
    return json;
  }

  private static String line(Acknowledgement answer) {
    return answer.subtask().name()
        + switch (answer) {
          case Acknowledgement.Declined declined ->
              "  declined (" + declined.reason() + "): " + declined.message();
          case Acknowledgement.Acknowledged done ->
              String.format(
                  Locale.ROOT,
                  "  full %9s  incremental %9s  %s",
                  Sizes.bytes(done.fullSizeBytes()),
                  Sizes.bytes(done.incrementalSizeBytes()),
                  done.stateFile()
                      .map(file -> file.path().value())
                      .orElse("(nothing applied yet)"));
        };
  }
}
