package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.output.TextTable;
import dev.cairn.cli.output.TextTable.Column;
import dev.cairn.cli.status.Finding;
import dev.cairn.cli.status.Lag;
import dev.cairn.cli.status.PipelineFacts;
import dev.cairn.cli.status.StreamFacts;
import dev.cairn.cli.status.SubtaskFacts;
import dev.cairn.id.Position;
import dev.cairn.journal.Entry;
import dev.cairn.settings.FlinkDuration;
import dev.cairn.state.Counts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A pipeline's status as text. */
final class StatusText {
  private static final int LONGEST_NAME = 24;
  private static final int WIDE = 120;

  private StatusText() {}

  /**
   * Returns the status as lines.
   *
   * @param columns the width of the lines; if it is small, less is shown of each subtask
   */
  static List<String> lines(PipelineFacts facts, List<Finding> findings, int columns) {
    List<String> lines = new ArrayList<>();
    facts.job().ifPresent(job -> lines.add(JobText.line(job)));
    lines.add(line(facts.stream()));
    checkpoints(facts, lines);
    if (!facts.subtasks().isEmpty()) {
      lines.add("");
      lines.addAll(subtasks(facts, columns).lines(columns));
    }
    lines.add("");
    if (findings.isEmpty()) {
      lines.add("Nothing is wrong.");
    }
    for (Finding finding : findings) {
      lines.add(
          (finding.kind().isWrong() ? "WRONG  " : "NOTE   ")
              + Elision.positions(finding.problem()));
      lines.add("       -> " + Elision.positions(finding.remedy()));
    }
    return lines;
  }

  static String line(StreamFacts stream) {
    return switch (stream) {
      case StreamFacts.Listed listed ->
          "stream "
              + listed.name()
              + "  "
              + listed.shards().size()
              + " shards  keeps records for "
              + Sizes.age(listed.retention());
      case StreamFacts.Unreadable unreadable ->
          "stream " + unreadable.name() + "  cannot be read now";
      case StreamFacts.OutOfReach out -> "stream unknown: " + out.why();
    };
  }

  private static void checkpoints(PipelineFacts facts, List<String> lines) {
    lines.add(
        facts
            .lastCompleted()
            .map(
                completed ->
                    String.format(
                        Locale.ROOT,
                        "checkpoint %s COMPLETED %s ago, in %s: full %s, incremental %s",
                        completed.id(),
                        age(facts, completed.completedAt()),
                        Sizes.seconds(completed.duration()),
                        Sizes.bytes(completed.fullSizeBytes()),
                        Sizes.bytes(completed.incrementalSizeBytes())))
            .orElse("no checkpoint is completed"));
    facts
        .pending()
        .ifPresent(
            pending ->
                lines.add(
                    "checkpoint "
                        + pending.id()
                        + " PENDING for "
                        + age(facts, pending.trigger().triggeredAt())
                        + ", "
                        + facts.acknowledgements().size()
                        + "/"
                        + pending.trigger().expected().count()
                        + " answered"));
  }

  private static TextTable subtasks(PipelineFacts facts, int columns) {
    TextTable table =
        new TextTable(
            Column.left("SUBTASK"),
            Column.right("REVISION").ifRoom(2),
            Column.right("+BASE").ifRoom(3),
            Column.left("LAST ENTRY"),
            Column.right("LAG"),
            Column.left("GAP"),
            Column.right("RECORDS"),
            Column.right("DEAD"),
            Column.left("POSITION").ifRoom(1));
    for (SubtaskFacts subtask : facts.subtasks()) {
      Entry.Header head = subtask.head();
      table.add(
          name(subtask, columns),
          head.revision().toString(),
          Integer.toString(subtask.entriesSinceBase()),
          age(facts, head.writtenAt()) + " by " + JournalText.writer(head.writer()),
          text(facts.lag(subtask.id().shard())),
          head.hasGap() ? "yes" : "no",
          Sizes.count(head.counts().applied()),
          Long.toString(head.counts().deadLettered()),
          Elision.positions(head.position().toString()));
    }
    return table;
  }

  private static String name(SubtaskFacts subtask, int columns) {
    String name = subtask.id().name();
    return columns < WIDE ? Elision.middle(Elision.shards(name), LONGEST_NAME) : name;
  }

  private static String text(Lag lag) {
    return switch (lag) {
      case Lag.None none -> "none";
      case Lag.Behind behind -> Sizes.age(behind.age());
      case Lag.Unknown unknown -> "unknown";
    };
  }

  private static String age(PipelineFacts facts, Instant since) {
    return Sizes.age(Duration.between(since, facts.now()));
  }

  static ObjectNode json(PipelineFacts facts, List<Finding> findings) {
    ObjectNode json =
        facts
            .job()
            .map(JobText::json)
            .orElseGet(() -> JsonOutput.object().put("job", facts.id().value()));
    facts
        .job()
        .flatMap(job -> job.settings().interval())
        .ifPresent(interval -> json.put("interval", FlinkDuration.print(interval)));
    json.put("at", facts.now().toString());
    json.set("stream", json(facts.stream()));
    facts.lastCompleted().ifPresent(last -> json.set("lastCompleted", json(facts, last)));
    facts
        .pending()
        .ifPresent(
            pending ->
                json.putObject("pending")
                    .put("id", pending.id().value())
                    .put("ageMillis", millis(facts, pending.trigger().triggeredAt()))
                    .put("answered", facts.acknowledgements().size())
                    .put("expected", pending.trigger().expected().count()));
    ArrayNode subtasks = json.putArray("subtasks");
    facts.subtasks().forEach(subtask -> subtasks.add(json(facts, subtask)));
    if (!facts.retired().equals(Counts.NONE)) {
      json.putObject("retired")
          .put("applied", facts.retired().applied())
          .put("deadLettered", facts.retired().deadLettered());
    }
    ArrayNode found = json.putArray("findings");
    findings.forEach(
        finding ->
            found
                .addObject()
                .put("kind", finding.kind().name())
                .put("wrong", finding.kind().isWrong())
                .put("problem", finding.problem())
                .put("remedy", finding.remedy()));
    return json;
  }

  static ObjectNode json(StreamFacts stream) {
    return switch (stream) {
      case StreamFacts.Listed listed ->
          JsonOutput.object()
              .put("name", listed.name())
              .put("shards", listed.shards().size())
              .put("retentionMillis", listed.retention().toMillis());
      case StreamFacts.Unreadable unreadable ->
          JsonOutput.object().put("name", unreadable.name()).put("unreadable", unreadable.why());
      case StreamFacts.OutOfReach out -> JsonOutput.object().put("unreadable", out.why());
    };
  }

  private static ObjectNode json(PipelineFacts facts, Checkpoint.Completed completed) {
    return JsonOutput.object()
        .put("id", completed.id().value())
        .put("completedAt", completed.completedAt().toString())
        .put("ageMillis", millis(facts, completed.completedAt()))
        .put("durationMillis", completed.duration().toMillis())
        .put("fullSizeBytes", completed.fullSizeBytes())
        .put("incrementalSizeBytes", completed.incrementalSizeBytes());
  }

  private static ObjectNode json(PipelineFacts facts, SubtaskFacts subtask) {
    Entry.Header head = subtask.head();
    ObjectNode json =
        JsonOutput.object()
            .put("subtask", subtask.id().name())
            .put("revision", head.revision().value())
            .put("entriesSinceBase", subtask.entriesSinceBase())
            .put("epoch", head.epoch().value())
            .put("position", head.position().toString())
            .put("gap", head.hasGap())
            .put("writer", JournalText.writer(head.writer()))
            .put("writtenAt", head.writtenAt().toString())
            .put("ageMillis", millis(facts, head.writtenAt()))
            .put("applied", head.counts().applied())
            .put("deadLettered", head.counts().deadLettered());
    Position frontier = head.frontier();
    if (head.hasGap()) {
      json.put("frontier", frontier.toString());
    }
    switch (facts.lag(subtask.id().shard())) {
      case Lag.None none -> json.put("lagMillis", 0);
      case Lag.Behind behind -> json.put("lagMillis", behind.age().toMillis());
      case Lag.Unknown unknown -> json.put("lagUnknown", unknown.why());
    }
    return json;
  }

  private static long millis(PipelineFacts facts, Instant since) {
    return Math.max(0, Duration.between(since, facts.now()).toMillis());
  }
}
