package dev.cairn.coordinator.lambda;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.damage.Damage;
import dev.cairn.damage.ScrubProgress;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.Request;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.metrics.EmbeddedMetrics.Metric;
import dev.cairn.metrics.EmbeddedMetrics.Unit;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Prints each announcement as a line with its ids as fields, and with metrics under Flink's names
 * where they exist.
 */
final class MetricAnnouncer implements Announcer {
  private static final String FAILED_JOBS = "numberOfFailedJobs";
  private static final String IN_A_ROW = "numberOfFailedCheckpointsInARow";

  private final EmbeddedMetrics metrics;

  MetricAnnouncer(EmbeddedMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void announce(Announcement announcement) {
    switch (announcement) {
      case Announcement.Triggered(Checkpoint.Pending checkpoint) -> triggered(checkpoint);
      case Announcement.AcksRequested asked ->
          metrics.emit(
              "subtasks asked",
              of(asked.checkpoint())
                  .with("asked", asked.asked())
                  .with("carriedForward", asked.carriedForward())
                  .with("woken", asked.woken())
                  .all(),
              List.of());
      case Announcement.InProgress(int checkpoints) ->
          metrics.emit(
              "checkpoints in progress",
              Map.of(),
              List.of(Metric.count("numberOfInProgressCheckpoints", checkpoints)));
      case Announcement.Health(int failingSubtasks, boolean jobFailed) ->
          metrics.emit(
              "health",
              Map.of(),
              List.of(
                  Metric.count("numberOfFailingSubtasks", failingSubtasks),
                  Metric.count("jobFailed", jobFailed ? 1 : 0)));
      case Announcement.Resharding resharding ->
          metrics.emit(
              "resharding",
              Map.of(),
              List.of(
                  Metric.count("numberOfUndrainedShards", resharding.undrained()),
                  Metric.count("numberOfWaitingShards", resharding.waiting()),
                  Metric.count("numberOfExpiredShards", resharding.expired()),
                  Metric.count("numberOfUncoveredHashRanges", resharding.uncovered())));
      case Announcement.Completed(Checkpoint.Completed checkpoint) -> completed(checkpoint);
      case Announcement.Aborted(Checkpoint.Aborted checkpoint, int inARow) ->
          metrics.emit(
              "checkpoint aborted",
              of(checkpoint).with(checkpoint.failure()).all(),
              List.of(
                  Metric.count("numberOfFailedCheckpoints", 1), Metric.count(IN_A_ROW, inARow)));
      case Announcement.RestoreBegun begun -> restoreBegun(begun);
      case Announcement.Accepted(Request request, Epoch epoch) ->
          metrics.emit(
              "request served",
              new DetailFields().with(epoch).with("request", request.command()).all(),
              List.of());
      case Announcement.Postponed(String what, String reason) ->
          metrics.emit(
              "postponed",
              new DetailFields().with("request", what).with("message", reason).all(),
              List.of());
      case Announcement.Refused(Request request, String reason) ->
          metrics.emit(
              "request refused",
              new DetailFields().with("request", request.command()).with("message", reason).all(),
              List.of(Metric.count("numberOfRefusedRequests", 1)));
      case Announcement.Moved(Epoch epoch, JobStatus from, JobStatus to) ->
          metrics.emit(
              "status changed",
              new DetailFields()
                  .with(epoch)
                  .with("from", from.label())
                  .with("to", to.label())
                  .all(),
              isFailed(from) ? List.of(Metric.count(FAILED_JOBS, 0)) : List.of());
      case Announcement.Halted(Epoch epoch, Halt halt) -> halted(epoch, halt);
      case Announcement.Resumed(Epoch epoch) ->
          metrics.emit("job resumed", new DetailFields().with(epoch).all(), List.of());
      case Announcement.RestoreFinished(Epoch epoch) ->
          metrics.emit("restore finished", new DetailFields().with(epoch).all(), List.of());
      case Announcement.MappingChecked(List<MappingProblem> problems) -> mappingChecked(problems);
      case Announcement.FileDamaged(Damage damage, int damaged) ->
          metrics.emit("file damaged", details(damage), damagedFiles(damaged));
      case Announcement.DamageCleared(Damage damage, int damaged) ->
          metrics.emit("file no longer damaged", details(damage), damagedFiles(damaged));
      case Announcement.NotScrubbed(FileRef file, StorageException cause) ->
          metrics.emit(
              "file not scrubbed",
              new DetailFields()
                  .with("file", file.path().value())
                  .with("message", String.valueOf(cause.getMessage()))
                  .all(),
              List.of());
      case Announcement.Scrubbed(ScrubProgress.Finished round, int damaged) ->
          metrics.emit(
              "scrubbed",
              new DetailFields().with("files", round.files()).all(),
              List.of(
                  damagedFiles(damaged).getFirst(),
                  new Metric("lastScrubSize", Unit.BYTES, round.sizeBytes())));
    }
  }

  private static DetailFields of(Checkpoint checkpoint) {
    return new DetailFields()
        .with(checkpoint.trigger().epoch())
        .with("checkpoint", checkpoint.id().toString())
        .with("cause", checkpoint.trigger().cause());
  }

  private void triggered(Checkpoint.Pending checkpoint) {
    metrics.emit(
        "checkpoint triggered",
        of(checkpoint).with("subtasks", checkpoint.trigger().expected().count()).all(),
        // Ids are assigned from 1 on, one for each triggered checkpoint.
        List.of(Metric.count("totalNumberOfCheckpoints", checkpoint.id().value())));
  }

  private void restoreBegun(Announcement.RestoreBegun begun) {
    DetailFields details =
        new DetailFields()
            .with(begun.epoch())
            .with("from", begun.from().name())
            .with("cause", begun.by().map(Request::command).orElse("a damaged file"));
    begun.from().own().ifPresent(id -> details.with("checkpoint", id.toString()));
    if (!begun.from().passedOver().isEmpty()) {
      details.with("passedOver", String.join("; ", begun.from().passedOver()));
    }
    List<Metric> values = new ArrayList<>();
    values.add(Metric.count("numberOfRestores", 1));
    values.add(new Metric("lastCheckpointRestoreTimestamp", Unit.NONE, metrics.now()));
    if (begun.by().isEmpty()) {
      values.add(Metric.count("numRestarts", 1));
      values.add(Metric.count("fullRestarts", 1));
    }
    metrics.emit("restore begun", details.all(), values);
  }

  private void halted(Epoch epoch, Halt halt) {
    DetailFields details = new DetailFields().with(epoch).with("status", halt.label());
    boolean failed = halt instanceof Halt.Failed;
    if (halt instanceof Halt.Failed(Failure failure)) {
      details.with(failure);
    }
    if (halt instanceof Halt.Stopped(CheckpointId savepoint)) {
      details.with("checkpoint", savepoint.toString());
    }
    metrics.emit("job halted", details.all(), List.of(Metric.count(FAILED_JOBS, failed ? 1 : 0)));
  }

  private static boolean isFailed(JobStatus status) {
    return status instanceof JobStatus.Halted(Halt halt) && halt instanceof Halt.Failed;
  }

  /** Prints one metric, and a line with advice for each problem. */
  private void mappingChecked(List<MappingProblem> problems) {
    metrics.emit(
        "mapping checked",
        Map.of(),
        List.of(Metric.count("numberOfMappingProblems", problems.size())));
    for (MappingProblem problem : problems) {
      metrics.emit(
          "mapping problem",
          new DetailFields()
              .with("kind", problem.kind().name())
              .with("message", problem.message())
              .all(),
          List.of());
    }
  }

  private static Map<String, String> details(Damage damage) {
    return new DetailFields()
        .with("file", damage.path().value())
        .with("message", damage.what())
        .with(
            "checkpoints",
            damage.checkpoints().stream()
                .map(CheckpointId::toString)
                .collect(Collectors.joining(",")))
        .all();
  }

  private static List<Metric> damagedFiles(int damaged) {
    return List.of(Metric.count("numberOfDamagedFiles", damaged));
  }

  private void completed(Checkpoint.Completed checkpoint) {
    metrics.emit(
        "checkpoint completed",
        of(checkpoint)
            .with("lastCheckpointExternalPath", checkpoint.metadata().path().value())
            .all(),
        List.of(
            Metric.count("numberOfCompletedCheckpoints", 1),
            Metric.count(IN_A_ROW, 0),
            Metric.count("lastCompletedCheckpointId", checkpoint.id().value()),
            new Metric(
                "lastCheckpointDuration", Unit.MILLISECONDS, checkpoint.duration().toMillis()),
            new Metric("lastCheckpointSize", Unit.BYTES, checkpoint.incrementalSizeBytes()),
            new Metric("lastCheckpointFullSize", Unit.BYTES, checkpoint.fullSizeBytes())));
  }
}
