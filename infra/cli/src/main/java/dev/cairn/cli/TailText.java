package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.cli.inspect.CheckpointTable;
import dev.cairn.cli.inspect.PipelineEvent;
import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.EntryFormat;
import dev.cairn.settings.FlinkDuration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints an event as a line of text or of JSON. */
final class TailText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  private TailText() {}

  static String line(PipelineEvent event) {
    return switch (event) {
      case PipelineEvent.Appended appended ->
          line(
              appended.at(),
              Elision.shards(appended.subtask().name()) + " " + appended.entry().revision(),
              EntryFormat.kind(appended.entry()),
              JournalText.line(appended.before(), appended.entry())
                  + "  by "
                  + JournalText.writer(appended.entry().header().writer()));
      case PipelineEvent.CheckpointMoved moved ->
          line(
              moved.at(),
              "checkpoint " + moved.checkpoint().id(),
              CheckpointTable.status(moved.checkpoint()),
              text(moved.checkpoint()));
      case PipelineEvent.JobMoved moved ->
          line(
              moved.at(),
              "job " + moved.now().id(),
              JobText.status(moved.now().status()),
              String.join("; ", changes(moved.before(), moved.now())));
    };
  }

  private static String line(Instant at, String what, String kind, String text) {
    return String.format(Locale.ROOT, "%s  %-20s  %-12s  %s", TIME.format(at), what, kind, text);
  }

  private static String text(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Pending pending ->
          "triggered on " + pending.trigger().expected().count() + " subtasks";
      case Checkpoint.Completed completed -> sizes(completed);
      case Checkpoint.Subsumed subsumed -> sizes(subsumed.completed());
      case Checkpoint.Aborted aborted -> aborted.failure().toString();
    };
  }

  private static String sizes(Checkpoint.Completed completed) {
    return "in "
        + Sizes.seconds(completed.duration())
        + ", full "
        + Sizes.bytes(completed.fullSizeBytes())
        + ", incremental "
        + Sizes.bytes(completed.incrementalSizeBytes());
  }

  private static List<String> changes(Job before, Job now) {
    List<String> changes = new ArrayList<>();
    if (!before.epoch().equals(now.epoch())) {
      changes.add("epoch " + now.epoch());
    }
    now.status()
        .restoringFrom()
        .ifPresent(from -> changes.add("being restored to checkpoint " + from));
    if (!before.restoreCheckpointId().equals(now.restoreCheckpointId())) {
      changes.add(
          now.restoreCheckpointId()
              .map(id -> "a restore of checkpoint " + id + " is asked for")
              .orElse("the restore request was accepted"));
    }
    if (!before.refusal().equals(now.refusal())) {
      changes.add(now.refusal().map(JobText::line).orElse("the last refusal was removed"));
    }
    if (!before.settings().equals(now.settings())) {
      changes.add(
          "settings changed: "
              + now.settings()
                  .interval()
                  .map(every -> "a checkpoint each " + FlinkDuration.print(every))
                  .orElse("no checkpoints")
              + ", "
              + now.settings().numRetained()
              + " retained");
    }
    if (changes.isEmpty()) {
      changes.add("no gap is left");
    }
    return changes;
  }

  static ObjectNode json(PipelineEvent event) {
    ObjectNode json = JsonOutput.object().put("at", event.at().toString());
    switch (event) {
      case PipelineEvent.Appended appended -> appended(json, appended);
      case PipelineEvent.CheckpointMoved moved ->
          json.put("kind", "Checkpoint")
              .put("checkpoint", moved.checkpoint().id().value())
              .put("status", CheckpointTable.status(moved.checkpoint()))
              .put("text", text(moved.checkpoint()));
      case PipelineEvent.JobMoved moved ->
          json.put("kind", "Job")
              .put("status", JobText.status(moved.now().status()))
              .put("epoch", moved.now().epoch().value())
              .put("text", String.join("; ", changes(moved.before(), moved.now())));
    }
    return json;
  }

  private static void appended(ObjectNode json, PipelineEvent.Appended appended) {
    Entry entry = appended.entry();
    Entry.Header header = entry.header();
    json.put("kind", EntryFormat.kind(entry))
        .put("subtask", appended.subtask().name())
        .put("revision", header.revision().value())
        .put("epoch", header.epoch().value())
        .put("writer", JournalText.writer(header.writer()))
        .put("position", header.position().toString())
        .put("gap", header.hasGap());
    if (entry instanceof Entry.Advanced advanced) {
      Entry.Header before = appended.before();
      json.put("from", advanced.from().toString())
          .put("applied", header.counts().applied() - before.counts().applied())
          .put("deadLettered", header.counts().deadLettered() - before.counts().deadLettered())
          .put("deltaBytes", JournalText.bytes(advanced.delta()));
    }
  }
}
