package dev.cairn.local.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.settings.FlinkDuration;
import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.JobStatus;
import dev.cairn.local.inspect.Sizes;

/** A job's item as text. */
final class JobText {
  private JobText() {}

  static String status(JobStatus status) {
    return switch (status) {
      case JobStatus.Running r -> "RUNNING";
      case JobStatus.Restoring r -> "RESTORING";
      case JobStatus.Replaying r -> "REPLAYING";
    };
  }

  static String line(Job job) {
    return "job "
        + job.id()
        + "  "
        + status(job.status())
        + job.status().restoringFrom().map(from -> " from checkpoint " + from).orElse("")
        + "  epoch "
        + job.epoch()
        + job.settings()
            .interval()
            .map(every -> "  a checkpoint each " + FlinkDuration.print(every))
            .orElse("")
        + "  "
        + job.settings().numRetained()
        + " retained";
  }

  static String line(Job.Refusal refusal) {
    return "last refusal  restore of "
        + refusal.restoreCheckpointId()
        + " at "
        + Sizes.time(refusal.at())
        + ": "
        + refusal.reason();
  }

  static ObjectNode json(Job job) {
    ObjectNode json =
        Json.object()
            .put("job", job.id().value())
            .put("status", status(job.status()))
            .put("epoch", job.epoch().value());
    job.status().restoringFrom().ifPresent(from -> json.put("restoringFrom", from.value()));
    job.latest().ifPresent(latest -> json.put("latestCheckpoint", latest.value()));
    job.refusal()
        .ifPresent(
            refusal ->
                json.putObject("restoreRefusal")
                    .put("restoreCheckpointId", refusal.restoreCheckpointId())
                    .put("reason", refusal.reason())
                    .put("at", refusal.at().toString()));
    return json;
  }
}
