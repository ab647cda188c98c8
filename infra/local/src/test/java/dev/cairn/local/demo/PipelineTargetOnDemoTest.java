package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.Deployment;
import dev.cairn.job.Job;
import dev.cairn.retry.Backoff;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Which pipeline a command is about: the demo that runs, options, or the environment. */
class PipelineTargetOnDemoTest extends CommandsOnDemo {
  @ParameterizedTest
  @ValueSource(strings = {"localhost:4811", "127.0.0.1:4811", "ftp://host", "http://", " "})
  void anEndpointIsWrittenWithItsScheme(String typed) {
    assertFails(
        ExitCode.UNUSABLE,
        "is not an endpoint: write a URL such as http://127.0.0.1:4566",
        "status",
        "--endpoint",
        typed);
  }

  @Test
  void aDurationIsWrittenWithItsUnit() {
    assertFails(ExitCode.UNUSABLE, "\"20\" has no unit: write 20 s", "tail", "--for", "20");
    assertFails(ExitCode.UNUSABLE, "\"1\" has no unit", "restore", "1", "--timeout", "1");
  }

  @Test
  void theTableAndTheJobMayBeInTheEnvironment(@TempDir Path elsewhere) throws IOException {
    CliEnvironment named =
        new CliEnvironment(elsewhere, Map.of("CAIRN_TABLE", "cairn", "CAIRN_JOB", "flights"));
    Answer list = cairnIn(named, "checkpoints", "--endpoint", demo.endpoint().toString(), "--json");
    assertThat(list.json().get("job").asText()).isEqualTo("flights");

    CliEnvironment noJob = new CliEnvironment(elsewhere, Map.of("CAIRN_TABLE", "cairn"));
    Answer none = cairnIn(noJob, "checkpoints", "--endpoint", demo.endpoint().toString());
    assertThat(none.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(none.err()).contains("--job is needed (or CAIRN_JOB)");
  }

  @Test
  void aDeployedJobSaysItselfWhereItsFilesAndItsStreamAre(@TempDir Path elsewhere)
      throws IOException {
    try (DynamoDbClient client = demoClient()) {
      CairnTable.create(client, "deployed");
      JobId job = new JobId("flights");
      CheckpointSettings settings =
          new CheckpointSettings(Optional.of(Duration.ofSeconds(30)), Duration.ofMinutes(1), 4);
      new DynamoDbDeployments(client, "deployed", Backoff.sleeping())
          .register(
              new Deployment(
                  job,
                  new StageId("aircraft"),
                  "departures",
                  elsewhere.toString(),
                  "flights-task",
                  settings));
      new DynamoDbCheckpointStore(
              client, "deployed", Backoff.sleeping(), InstantSource.system(), settings)
          .create(Job.create(job, settings));
    }
    String[] target = {
      "--endpoint", demo.endpoint().toString(), "--table", "deployed", "--job", "flights"
    };
    assertThat(cairnAt(elsewhere, with(target, "checkpoints")).out())
        .contains("a checkpoint each 30 s  4 retained", "No checkpoint yet.");
    assertThat(cairnAt(elsewhere, with(target, "state", "N7")).err())
        .contains("key \"N7\" has no state: no shard of its range has been opened");
    // DynamoDB Local is no Kinesis; that it was asked for this stream is what matters.
    assertThat(cairnAt(elsewhere, with(target, "status")).out())
        .contains(
            "stream departures  cannot be read now", "WRONG  stream departures cannot be read");
  }

  @Test
  void optionsSayWhichPipelineIsMeantWithoutADemo(@TempDir Path elsewhere) throws IOException {
    Answer nobody = cairnAt(elsewhere, "checkpoints");
    assertThat(nobody.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(nobody.err()).contains("no demo runs on this machine", "cairn demo --keep");

    Answer told =
        cairnAt(
            elsewhere,
            "state",
            "N7",
            "--json",
            "--endpoint",
            demo.endpoint().toString(),
            "--table",
            "cairn",
            "--job",
            "flights",
            "--storage",
            demo.home().resolve("storage").toString());
    assertThat(told.json().get("key").asText()).isEqualTo("N7");
  }

  @Test
  void aDemoThatEndedIsNotFound(@TempDir Path elsewhere) throws IOException {
    RunningDemo dead =
        new RunningDemo(demo.endpoint(), "cairn", new JobId("flights"), "nowhere", Long.MAX_VALUE);
    dead.write(elsewhere);
    assertThat(RunningDemo.find(elsewhere)).isEmpty();
    RunningDemo alive =
        new RunningDemo(
            demo.endpoint(), "cairn", new JobId("flights"), "here", ProcessHandle.current().pid());
    alive.write(elsewhere);
    assertThat(RunningDemo.find(elsewhere)).contains(alive);
    dead.forget(elsewhere);
    assertThat(RunningDemo.find(elsewhere)).contains(alive);
    alive.forget(elsewhere);
    assertThat(RunningDemo.find(elsewhere)).isEmpty();
  }
}
