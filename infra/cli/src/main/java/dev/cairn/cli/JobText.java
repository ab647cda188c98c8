package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.checkpoint.Failure;
import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.settings.FlinkDuration;

/** A job's item as text. */
final class JobText {
  private JobText() {}

  static String status(JobStatus status) {
    return status.label();
  }

  private static String more(JobStatus status) {
    return switch (status) {
      case JobStatus.Restoring(Restoration from) -> " from " + from.name();
      case JobStatus.Replaying(Restoration from) -> " from " + from.name();
      case JobStatus.Halted(Halt.Stopped(CheckpointId savepoint)) -> " with savepoint " + savepoint;
      case JobStatus.Halted(Halt.Failed(Failure failure)) ->
          " (" + failure + "; " + failure.reason().advice() + ")";
      case JobStatus.Halted h -> "";
      case JobStatus.Running r -> "";
      case JobStatus.Suspending s -> "";
      case JobStatus.Resuming r -> "";
    };
  }

  static String line(Job job) {
    return "job "
        + job.id()
        + "  "
        + status(job.status())
        + more(job.status())
        + "  epoch "
        + job.epoch()
        + job.settings()
            .interval()
            .map(every -> "  a checkpoint each " + FlinkDuration.print(every))
            .orElse("")
        + "  "
        + job.settings().numRetained()
        + " retained"
        + (job.format() == FormatVersion.NEWEST ? "" : "  format " + job.format());
  }

  static String line(Job.Refusal refusal) {
    return "last refusal  "
        + refusal.request()
        + " at "
        + Sizes.time(refusal.at())
        + ": "
        + Elision.positions(refusal.reason());
  }

  static ObjectNode json(Job job) {
    ObjectNode json =
        JsonOutput.object()
            .put("job", job.id().value())
            .put("status", status(job.status()))
            .put("epoch", job.epoch().value())
            .put("format", job.format().number());
    job.status().restoringFrom().ifPresent(from -> json.put("restoringFrom", from.value()));
    job.latest().ifPresent(latest -> json.put("latestCheckpoint", latest.value()));
    job.refusal()
        .ifPresent(
            refusal ->
                json.putObject("refusal")
                    .put("request", refusal.request())
                    .put("reason", refusal.reason())
                    .put("at", refusal.at().toString()));
    return json;
  }
}
