package dev.cairn.local.cli;

import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.JobStatus;
import dev.cairn.checkpoint.Request;
import dev.cairn.id.CheckpointId;
import dev.cairn.settings.FlinkDuration;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Puts a running job back to a completed checkpoint.",
      "",
      "Sets restoreCheckpointId on the job's item, as you could do in the console, then waits and tells how it goes: restoring,"
          + " replaying, running. A refusal changes nothing; its reason is printed and stays on the item.",
      ""
    })
final class RestoreCommand extends PipelineCommand {
  private static final Duration LOOK = Duration.ofMillis(100);

  @Parameters(paramLabel = "ID", description = "The checkpoint.")
  private String id = "";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10min",
      description = "How long to wait (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ZERO;

  @Override
  void requireUsable() {
    CheckpointIds.parse(id);
  }

  @Override
  int run(Connection connection, PrintWriter out) throws InterruptedException {
    CheckpointId wanted = CheckpointIds.parse(id);
    Job before = connection.requireJob();
    if (!connection.checkpoints().request(before.id(), Request.restore(wanted.toString()))) {
      throw CommandException.unusable("job " + before.id() + " went away: nothing was asked of it");
    }
    tell(
        out,
        "requested",
        before,
        "restoreCheckpointId = " + wanted + " is set on job " + before.id());
    return await(out, connection, before, wanted);
  }

  private int await(PrintWriter out, Connection connection, Job before, CheckpointId wanted)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    Optional<JobStatus> told = Optional.empty();
    while (System.nanoTime() < deadline) {
      Job job = connection.requireJob();
      if (isRefusal(before, job)) {
        tell(out, "refused", job, job.refusal().orElseThrow().reason());
        return ExitCode.NO;
      }
      if (job.epoch().isAfter(before.epoch())) {
        if (!told.equals(Optional.of(job.status()))) {
          told = Optional.of(job.status());
          tell(job, out);
        }
        if (!job.status().restoringFrom().map(wanted::equals).orElse(true)) {
          tell(out, "superseded", job, "another restore was asked for meanwhile");
          return ExitCode.NO;
        }
        if (job.status() instanceof JobStatus.Running) {
          return ExitCode.OK;
        }
      }
      // Nothing tells a reader of the table that an item changed.
      Thread.sleep(LOOK);
    }
    throw CommandException.no(
        "job "
            + before.id()
            + " is not running again after "
            + FlinkDuration.print(timeout)
            + ": the request stays on its item, and the coordinator goes on; look again with cairn status");
  }

  private static boolean isRefusal(Job before, Job now) {
    return now.refusal().isPresent()
        && !now.refusal().equals(before.refusal())
        && now.restoreCheckpointId().isEmpty();
  }

  private void tell(Job job, PrintWriter out) {
    switch (job.status()) {
      case JobStatus.Restoring r ->
          tell(
              out,
              "restoring",
              job,
              "every journal gets epoch " + job.epoch() + " and the state of " + r.from().name());
      case JobStatus.Replaying r ->
          tell(out, "replaying", job, "records after " + r.from().name() + " are applied again");
      case JobStatus.Running r -> tell(out, "running", job, "no gap is left; epoch " + job.epoch());
      case JobStatus.Suspending s -> tell(out, "suspending", job, "the job is asked to halt");
      case JobStatus.Halted h -> tell(out, "halted", job, JobText.line(job));
      case JobStatus.Resuming r -> tell(out, "resuming", job, "the job goes on");
    }
  }

  private void tell(PrintWriter out, String step, Job job, String words) {
    out.println(
        json()
            ? Json.line(
                Json.object()
                    .put("step", step)
                    .put("job", job.id().value())
                    .put("epoch", job.epoch().value())
                    .put("text", words))
            : String.format("%-10s %s", step, words));
    out.flush();
  }
}
