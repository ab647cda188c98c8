package dev.cairn.cli;

import dev.cairn.cli.rescale.JournaledShards;
import dev.cairn.cli.rescale.KinesisQuotas;
import dev.cairn.cli.rescale.RescaleDecisions;
import dev.cairn.cli.rescale.RescalePlan;
import dev.cairn.cli.rescale.RescaleRun;
import dev.cairn.cli.rescale.RescaleRun.Result;
import dev.cairn.cli.rescale.RescaleWarnings;
import dev.cairn.cli.rescale.ScalableStream;
import dev.cairn.cli.rescale.StreamScaling;
import dev.cairn.settings.FlinkDuration;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "rescale",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Changes the number of shards of a pipeline's stream, and shows how the job follows: parents"
          + " are drained and closed, children are opened and catch up.",
      "",
      "More than a doubling or less than a halving takes several requests. An interrupted command"
          + " is called again: it continues where the stream is. A stream in on-demand mode scales"
          + " by itself, and is refused.",
      ""
    })
final class RescaleCommand extends PipelineCommand {
  @Parameters(
      paramLabel = "N",
      description = "How many open shards the stream is to have, of equal hash ranges.")
  private int target;

  @Option(names = "--dry-run", description = "Show the requests, and change nothing.")
  private boolean dryRun;

  @Option(
      names = "--no-wait",
      description = "Send the first request, and do not wait for its effect.")
  private boolean requestsOnly;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "1h",
      description = "How long to follow it (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ZERO;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      defaultValue = "2s",
      description =
          "How often to look; each look reads every journal once (default: ${DEFAULT-VALUE}).")
  private Duration every = Duration.ofSeconds(2);

  @Option(
      names = "--raised-quotas",
      description =
          "Send requests that exceed Kinesis's default quotas of 10 requests in 24 hours and 10,000"
              + " shards of a stream, because yours were raised.")
  private boolean areQuotasRaised;

  @Override
  void requireUsable() {
    if (target < 1) {
      throw ExitException.unusable(
          "a stream has at least 1 shard, not "
              + target
              + ": to stop consumption, use cairn stop or cairn cancel");
    }
    if (every.isZero()) {
      throw ExitException.unusable(
          "--every 0 would read without a pause: give a duration such as 1s");
    }
  }

  @Override
  int run(Connection connection, PrintWriter out) throws InterruptedException {
    connection.requireJob();
    now("reading the stream");
    PipelineStream stream = PipelineStream.of(connection, home());
    StreamScaling scaling = stream.scaling();
    ScalableStream before = scaling.describe();
    KinesisQuotas quotas =
        (areQuotasRaised ? KinesisQuotas.RAISED : KinesisQuotas.DEFAULTS)
            .with(scaling.account(before));
    RescaleText text = new RescaleText(out, json(), InstantSource.system());
    List<String> warnings =
        connection.deployment().map(one -> RescaleWarnings.of(one, target)).orElse(List.of());
    plan(before, quotas, text);
    warnings.forEach(text::warned);
    if (dryRun) {
      return ExitCode.OK;
    }
    RescaleRun run =
        new RescaleRun(
            scaling,
            new JournaledShards(
                connection.job(),
                connection.checkpoints(),
                connection.journal(),
                stream.listing(),
                stream.lags()),
            InstantSource.system(),
            Thread::sleep,
            text);
    hideProgress();
    return requestsOnly
        ? end(run.requestOnly(target, quotas), before, text)
        : end(run.run(new RescaleRun.Settings(target, quotas, timeout, every)), before, text);
  }

  private void plan(ScalableStream stream, KinesisQuotas quotas, RescaleText text) {
    RescaleDecisions.refusal(stream)
        .ifPresent(
            refusal -> {
              throw ExitException.no(refusal);
            });
    RescalePlan plan = RescalePlan.of(stream.openShards(), target, quotas);
    if (plan instanceof RescalePlan.BeyondQuota(String reason)) {
      throw ExitException.no(reason);
    }
    text.planned(stream, target, plan);
  }

  private int end(Result result, ScalableStream before, RescaleText text) {
    return switch (result) {
      case Result.Done(int requests) -> {
        text.done(before.name(), target, requests);
        yield ExitCode.OK;
      }
      // The plan has said that no request is needed.
      case Result.Unneeded unneeded -> ExitCode.OK;
      case Result.Sent(int left) -> {
        text.sent(target, left);
        yield ExitCode.OK;
      }
      case Result.Stopped(String reason) -> throw ExitException.no(reason);
      case Result.TimedOut(String waits) ->
          throw ExitException.no(
              "the rescale to "
                  + target
                  + " is not done after "
                  + FlinkDuration.print(timeout)
                  + ", waiting for this: "
                  + waits
                  + ". Nothing is lost: cairn status says what is wrong, if anything is, and cairn"
                  + " rescale "
                  + target
                  + " continues");
    };
  }
}
