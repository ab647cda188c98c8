package dev.cairn.coordinator.lambda;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Damage;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.Halt;
import dev.cairn.checkpoint.Request;
import dev.cairn.checkpoint.ScrubProgress;
import dev.cairn.coordinator.Announcement;
import dev.cairn.coordinator.Announcer;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.metrics.EmbeddedMetrics.Metric;
import dev.cairn.metrics.EmbeddedMetrics.Unit;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Prints what the coordinator has done, with metrics under Flink's names where Flink has one. */
final class MetricAnnouncer implements Announcer {
  private static final String IN_A_ROW = "numberOfFailedCheckpointsInARow";

  private final EmbeddedMetrics metrics;

  MetricAnnouncer(EmbeddedMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void announce(Announcement announcement) {
    switch (announcement) {
      case Announcement.Completed(Checkpoint.Completed checkpoint) -> completed(checkpoint);
      case Announcement.Aborted(Checkpoint.Aborted checkpoint, int inARow) ->
          metrics.emit(
              "checkpoint aborted",
              Map.of(
                  "checkpoint",
                  checkpoint.id().toString(),
                  "reason",
                  checkpoint.failure().toString()),
              List.of(
                  Metric.count("numberOfFailedCheckpoints", 1), Metric.count(IN_A_ROW, inARow)));
      case Announcement.RestoreBegun begun ->
          metrics.emit(
              "restore begun",
              Map.of("checkpoint", begun.from().name(), "epoch", begun.epoch().toString()),
              List.of(Metric.count("numberOfRestores", 1)));
      case Announcement.Refused(Request request, String reason) ->
          metrics.emit(
              "request refused",
              Map.of("request", request.command(), "reason", reason),
              List.of(Metric.count("numberOfRefusedRequests", 1)));
      case Announcement.Halted(Epoch epoch, Halt halt) -> halted(epoch, halt);
      case Announcement.Resumed(Epoch epoch) ->
          metrics.emit("job resumed", Map.of("epoch", epoch.toString()), List.of());
      case Announcement.RestoreFinished finished ->
          metrics.emit("restore finished", Map.of("epoch", finished.epoch().toString()), List.of());
      case Announcement.FileDamaged(Damage damage, int damaged) ->
          metrics.emit("file damaged", details(damage), damagedFiles(damaged));
      case Announcement.DamageOver(Damage damage, int damaged) ->
          metrics.emit("file no longer damaged", details(damage), damagedFiles(damaged));
      case Announcement.NotScrubbed(FileRef file, StorageException cause) ->
          metrics.emit(
              "file not scrubbed",
              Map.of("file", file.path().value(), "reason", String.valueOf(cause.getMessage())),
              List.of());
      case Announcement.Scrubbed(ScrubProgress.Finished round, int damaged) ->
          metrics.emit(
              "scrubbed",
              Map.of("files", Long.toString(round.files())),
              List.of(
                  damagedFiles(damaged).getFirst(),
                  new Metric("lastScrubSize", Unit.BYTES, round.sizeBytes())));
    }
  }

  private void halted(Epoch epoch, Halt halt) {
    Map<String, String> details = new TreeMap<>();
    details.put("epoch", epoch.toString());
    details.put("status", halt.label());
    boolean failed = halt instanceof Halt.Failed;
    if (halt instanceof Halt.Failed(Failure failure)) {
      details.put("reason", failure.toString());
    }
    if (halt instanceof Halt.Stopped(CheckpointId savepoint)) {
      details.put("savepoint", savepoint.toString());
    }
    metrics.emit(
        "job halted", details, List.of(Metric.count("numberOfFailedJobs", failed ? 1 : 0)));
  }

  private static Map<String, String> details(Damage damage) {
    return Map.of(
        "file",
        damage.path().value(),
        "reason",
        damage.what(),
        "checkpoints",
        damage.checkpoints().stream().map(CheckpointId::toString).collect(Collectors.joining(",")));
  }

  private static List<Metric> damagedFiles(int damaged) {
    return List.of(Metric.count("numberOfDamagedFiles", damaged));
  }

  private void completed(Checkpoint.Completed checkpoint) {
    Duration took = Duration.between(checkpoint.trigger().triggeredAt(), checkpoint.completedAt());
    metrics.emit(
        "checkpoint completed",
        Map.of("checkpoint", checkpoint.id().toString()),
        List.of(
            Metric.count("numberOfCompletedCheckpoints", 1),
            Metric.count(IN_A_ROW, 0),
            new Metric("lastCheckpointDuration", Unit.MILLISECONDS, took.toMillis()),
            new Metric("lastCheckpointSize", Unit.BYTES, checkpoint.incrementalSizeBytes()),
            new Metric("lastCheckpointFullSize", Unit.BYTES, checkpoint.fullSizeBytes())));
  }
}
