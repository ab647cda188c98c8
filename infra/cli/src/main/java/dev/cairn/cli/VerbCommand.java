package dev.cairn.cli;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.cli.output.Elision;
import dev.cairn.command.Command;
import dev.cairn.command.CommandProgress;
import dev.cairn.command.CommandText;
import dev.cairn.command.TrackedCommand;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.settings.FlinkDuration;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * Sends a request to a job by the attribute of its item, and prints the progress until it has
 * succeeded, was refused or has failed.
 */
abstract class VerbCommand extends PipelineCommand {
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration SOON = Duration.ofSeconds(3);

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10min",
      description = "How long to follow it (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ZERO;

  @Option(names = "--no-wait", description = "Submit the request, and do not wait for its result.")
  private boolean asksOnly;

  @Option(names = "--force", description = "Replace a request that is still waiting.")
  private boolean force;

  /** Returns the text of the command, as {@link CommandText} parses it. */
  abstract String text();

  @Override
  void requireUsable() {
    command();
  }

  /** The command that was typed. */
  final Command command() {
    try {
      return CommandText.parse(text());
    } catch (dev.cairn.command.InvalidCommandException e) {
      throw ExitException.unusable(e.reason());
    }
  }

  @Override
  int run(Connection connection, PrintWriter out) throws InterruptedException {
    TrackedCommand tracked = new TrackedCommand(connection.requireJob(), command());
    Optional<Request> waiting = tracked.submit(connection.checkpoints(), force);
    if (waiting.isPresent()) {
      throw ExitException.no(
          "\""
              + waiting.get().command()
              + "\" was asked of job "
              + tracked.before().id()
              + " before and is still waiting: try again when it has ended, or replace it"
              + " with --force");
    }
    Request request = tracked.request();
    print(
        out,
        "requested",
        tracked.before(),
        request.attribute().attributeName()
            + " = "
            + request.text()
            + " is set on job "
            + tracked.before().id(),
        Optional.empty());
    return asksOnly ? ExitCode.OK : follow(tracked, connection, out);
  }

  private int follow(TrackedCommand tracked, Connection connection, PrintWriter out)
      throws InterruptedException {
    long begun = System.nanoTime();
    String printed = "";
    while (true) {
      CommandProgress progress =
          tracked
              .progress(connection.checkpoints())
              .orElseThrow(
                  () ->
                      ExitException.unusable(
                          "job " + tracked.before().id() + " was deleted: no request was made"));
      boolean isLong = System.nanoTime() - begun > SOON.toNanos();
      String step = step(progress);
      if (!step.equals(printed) && (isLong || !(progress instanceof CommandProgress.Waiting))) {
        printed = step;
        print(out, step, progress.now(), text(progress), checkpoint(progress));
      }
      Optional<Integer> end = end(progress);
      if (end.isPresent()) {
        return end.get();
      }
      if (System.nanoTime() - begun > timeout.toNanos()) {
        throw ExitException.no(
            "\""
                + tracked.request().command()
                + "\" is not done after "
                + FlinkDuration.print(timeout)
                + ": "
                + text(progress)
                + "; the coordinator continues with it: check again with cairn status");
      }
      // The table does not notify readers of changed items.
      Thread.sleep(LOOK);
    }
  }

  private static Optional<Integer> end(CommandProgress progress) {
    return switch (progress) {
      case CommandProgress.Waiting w -> Optional.empty();
      case CommandProgress.UnderWay u -> Optional.empty();
      case CommandProgress.Done d -> Optional.of(ExitCode.OK);
      case CommandProgress.Refused r -> Optional.of(ExitCode.NO);
      case CommandProgress.Failed f -> Optional.of(ExitCode.NO);
      case CommandProgress.Superseded s -> Optional.of(ExitCode.NO);
    };
  }

  private static String step(CommandProgress progress) {
    return switch (progress) {
      case CommandProgress.Waiting w -> "waiting";
      case CommandProgress.UnderWay underWay -> underWay.step();
      case CommandProgress.Done done -> done.step();
      case CommandProgress.Refused r -> "refused";
      case CommandProgress.Failed failed -> failed.step();
      case CommandProgress.Superseded s -> "superseded";
    };
  }

  private static String text(CommandProgress progress) {
    return switch (progress) {
      case CommandProgress.Waiting waiting -> waitReason(waiting.now());
      case CommandProgress.UnderWay underWay -> underWay.text();
      case CommandProgress.Done done -> done.text();
      case CommandProgress.Refused refused -> refused.reason();
      case CommandProgress.Failed failed -> failed.text();
      case CommandProgress.Superseded superseded -> superseded.text();
    };
  }

  private static String waitReason(Job job) {
    return job.status().isSettled()
        ? "the request is on the job's item and begins when nothing else is in progress; the"
            + " coordinator checks at least once a minute"
        : "the job is " + job.status().label() + ", and the request begins when that has ended";
  }

  private static Optional<Checkpoint> checkpoint(CommandProgress progress) {
    return switch (progress) {
      case CommandProgress.UnderWay underWay -> underWay.checkpoint();
      case CommandProgress.Done done -> done.checkpoint();
      case CommandProgress.Failed failed -> failed.checkpoint();
      case CommandProgress.Waiting w -> Optional.empty();
      case CommandProgress.Refused r -> Optional.empty();
      case CommandProgress.Superseded s -> Optional.empty();
    };
  }

  private void print(
      PrintWriter out, String step, Job job, String words, Optional<Checkpoint> checkpoint) {
    if (json()) {
      var line =
          JsonOutput.object()
              .put("step", step)
              .put("job", job.id().value())
              .put("status", job.status().label())
              .put("epoch", job.epoch().value());
      checkpoint.ifPresent(one -> line.put("checkpoint", one.id().value()));
      checkpoint
          .filter(Checkpoint.Completed.class::isInstance)
          .map(Checkpoint.Completed.class::cast)
          .ifPresent(one -> line.set("metadata", JsonOutput.file(one.metadata())));
      out.println(JsonOutput.line(line.put("text", words)));
    } else {
      out.println(String.format(Locale.ROOT, "%-10s %s", step, Elision.positions(words)));
    }
    out.flush();
  }
}
