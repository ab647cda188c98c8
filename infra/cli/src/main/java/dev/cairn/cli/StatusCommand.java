package dev.cairn.cli;

import dev.cairn.cli.status.ConcurrencyFindings;
import dev.cairn.cli.status.Finding;
import dev.cairn.cli.status.ForeignStreams;
import dev.cairn.cli.status.KinesisLag;
import dev.cairn.cli.status.MappingFindings;
import dev.cairn.cli.status.PipelineFacts;
import dev.cairn.cli.status.PipelineSurvey;
import dev.cairn.cli.status.StatusDecisions;
import dev.cairn.cli.status.StreamFacts;
import dev.cairn.cli.status.SubtaskFacts;
import dev.cairn.job.Deployment;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.retry.Backoff;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.StreamException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisClient;

@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows a pipeline on one screen: job, checkpoints, shards, problems, and what to do"
          + " about them.",
      "",
      "Exits 1 if anything is wrong.",
      ""
    })
final class StatusCommand extends PipelineCommand {
  @Override
  int run(Connection connection, PrintWriter out) {
    PipelineSurvey survey =
        new PipelineSurvey(
            connection.journal(),
            connection.checkpoints(),
            connection.damages(),
            InstantSource.system());
    PipelineFacts facts = survey.of(connection.job(), subtasks -> stream(connection, subtasks));
    List<Finding> findings =
        Stream.of(
                StatusDecisions.findings(facts),
                MappingFindings.with(List.of(), connection.mappingProblems().get()),
                ForeignStreams.findings(
                    connection.registrations().of(connection.job()), facts.now()),
                ConcurrencyFindings.of(
                    facts, connection.deployment().flatMap(Deployment::reservedConcurrency)))
            .flatMap(List::stream)
            .sorted(Comparator.comparing(Finding::kind))
            .toList();
    if (json()) {
      out.println(JsonOutput.pretty(StatusText.json(facts, findings)));
    } else {
      StatusText.lines(facts, findings, columns()).forEach(out::println);
    }
    return findings.stream().anyMatch(finding -> finding.kind().isWrong())
        ? ExitCode.NO
        : ExitCode.OK;
  }

  /** Reads the stream as far as it can be read from here. */
  static StreamFacts stream(Connection connection, List<SubtaskFacts> subtasks) {
    Optional<String> name = connection.stream();
    if (name.isEmpty()) {
      return new StreamFacts.OutOfReach(
          connection.isDemo()
              ? "the demo's stream is inside its process"
              : "the table does not say which stream the job reads (--stream)");
    }
    try {
      KinesisClient client = connection.kinesis();
      return PipelineSurvey.read(
          new PipelineSurvey.Readable(
              name.get(),
              new KinesisStreamReader(client, name.get(), Backoff.sleeping()),
              new KinesisLag(client, name.get(), InstantSource.system())),
          subtasks,
          Instant.now());
    } catch (SdkException | StreamException | NotInStreamException e) {
      // The rest of the status is still shown.
      return new StreamFacts.Unreadable(
          name.get(), AwsFailures.explain(e).orElse(String.valueOf(e.getMessage())));
    }
  }
}
