package dev.cairn.cli;

import dev.cairn.cli.inspect.PipelineEvent;
import dev.cairn.cli.inspect.PipelineEventReader;
import dev.cairn.job.Job;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import software.amazon.awssdk.core.exception.AbortedException;

@Command(
    name = "tail",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows live what a pipeline does: every journal entry, its checkpoints, and changes of"
          + " the job's item. Ctrl-C ends it.",
      "",
      "With --json, one object per line.",
      ""
    })
final class TailCommand extends PipelineCommand {
  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "How long to follow the pipeline, such as 30s (default: until Ctrl-C).")
  private @Nullable Duration duration;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      defaultValue = "1s",
      description =
          "How often to read; each time reads every journal once (default: ${DEFAULT-VALUE}).")
  private Duration every = Duration.ofSeconds(1);

  @Override
  void requireUsable() {
    if (every.isZero()) {
      throw ExitException.unusable(
          "--every 0 would read without a pause: give a duration such as 1s");
    }
  }

  @Override
  int run(Connection connection, PrintWriter out) {
    Job job = connection.requireJob();
    PipelineEventReader follower =
        PipelineEventReader.from(
            connection.journal(), connection.checkpoints(), InstantSource.system(), job);
    hideProgress();
    if (!json()) {
      out.println(JobText.line(job));
      out.flush();
    }
    long began = System.nanoTime();
    while (duration == null || System.nanoTime() - began < duration.toNanos()) {
      try {
        for (PipelineEvent event : follower.poll()) {
          out.println(json() ? JsonOutput.line(TailText.json(event)) : TailText.line(event));
        }
        if (out.checkError()) {
          return ExitCode.OK; // the reader of the output, such as head, has closed it
        }
        // The table does not notify readers of new entries.
        Thread.sleep(every);
      } catch (InterruptedException ended) {
        return ExitCode.OK;
      } catch (RuntimeException e) {
        if (!isInterruption(e)) {
          throw e;
        }
        return ExitCode.OK;
      }
    }
    return ExitCode.OK;
  }

  /** Whether a call failed because the command was ended while it waited for the answer. */
  private static boolean isInterruption(Throwable error) {
    return Thread.currentThread().isInterrupted()
        || Stream.iterate(error, Objects::nonNull, Throwable::getCause)
            .anyMatch(
                cause ->
                    cause instanceof AbortedException
                        || cause instanceof InterruptedException
                        || cause instanceof InterruptedIOException
                        || cause instanceof ClosedByInterruptException);
  }
}
