package dev.cairn.local.demo;

import static dev.cairn.local.demo.RescaleScene.assertDone;
import static dev.cairn.local.demo.RescaleScene.error;
import static dev.cairn.local.demo.RescaleScene.numbers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.cli.ExitCode;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.job.Deployment;
import dev.cairn.local.demo.RescaleScene.Answer;
import dev.cairn.retry.Backoff;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cairn rescale} that changes nothing, on a running pipeline of two shards. */
class RescaleRefusalsTest {
  @TempDir private static Path home;

  private static RescaleScene scene;

  @BeforeAll
  static void start() throws IOException {
    scene = new RescaleScene(home);
    scene.feed();
  }

  @AfterAll
  static void close() {
    scene.close();
  }

  @BeforeEach
  void provisioned() {
    scene.kinesis().provisioned();
    scene.kinesis().limitAccount(1_000);
  }

  @AfterEach
  void nothingHasChanged() {
    assertThat(scene.openShards()).isEqualTo(2);
  }

  private static void assertRefused(int exitCode, Answer answer, String... words)
      throws IOException {
    assertThat(answer.exitCode()).as(answer.out() + answer.err()).isEqualTo(exitCode);
    assertThat(answer.err()).isEmpty();
    assertThat(error(answer)).contains(words).doesNotContain("a mistake in Cairn");
  }

  @Test
  void aDryRunShowsTheRequests() throws IOException {
    Answer up = scene.rescale(20, "--dry-run");
    assertDone(up);
    assertThat(up.json()).hasSize(1);
    assertThat(numbers(up.json().getFirst().get("requests"))).containsExactly(4, 8, 16, 20);
    assertThat(up.json().getFirst().get("openShards").asInt()).isEqualTo(2);
    assertThat(up.json().getFirst().get("text").asText())
        .isEqualTo("stream departures has 2 open shards; 4 requests: 4, then 8, then 16, then 20");
    assertThat(numbers(scene.rescale(1, "--dry-run").json().getFirst().get("requests")))
        .containsExactly(1);
  }

  @Test
  void aNumberThatTheStreamHasNeedsNoRequest() throws IOException {
    Answer answer = scene.rescale(2);

    assertDone(answer);
    assertThat(answer.steps("plan").getFirst().get("text").asText())
        .isEqualTo("stream departures has 2 open shards already");
    assertThat(answer.json().getLast().get("text").asText()).contains("no request was needed");
    assertThat(scene.rescale(2, "--no-wait").json()).as("nothing was waited for").hasSize(1);
  }

  @Test
  void aNumberThatNoStreamHasIsRefused() throws IOException {
    assertRefused(
        ExitCode.UNUSABLE, scene.rescale(0), "a stream has at least 1 shard, not 0", "cairn stop");
    assertRefused(ExitCode.UNUSABLE, scene.rescale(-1), "not -1");
    assertRefused(ExitCode.UNUSABLE, scene.rescale("many"), "many");
    assertRefused(ExitCode.UNUSABLE, scene.deployed("rescale", "4", "--every", "0s"), "--every 0");
  }

  @Test
  void aNumberBeyondAQuotaIsRefused() throws IOException {
    scene.kinesis().limitAccount(30_000);
    assertRefused(
        ExitCode.NO,
        scene.rescale(2_049),
        "takes 11 requests",
        "accepts 10 for a stream within 24 hours by default",
        "cairn rescale 2048 first, and the rest a day later");
    assertRefused(ExitCode.NO, scene.rescale(20_000), "20,000 shards are more than the 10,000");
    assertThat(
            numbers(
                scene
                    .rescale(2_049, "--dry-run", "--raised-quotas")
                    .json()
                    .getFirst()
                    .get("requests")))
        .hasSize(11);

    scene.kinesis().limitAccount(10);
    assertRefused(
        ExitCode.NO,
        scene.rescale(8),
        "the account may have 10 open shards in this region, and its other streams have 3",
        "request 7 or fewer");
  }

  @Test
  void anOnDemandStreamIsRefusedByName() throws IOException {
    scene.kinesis().onDemand();

    for (String option : new String[] {"--dry-run", "--no-wait", "--raised-quotas"}) {
      assertRefused(
          ExitCode.NO,
          scene.rescale(4, option),
          "stream departures is in on-demand mode",
          "Nothing has to be done: the job follows each split and merge");
    }
  }

  @Test
  void aStreamThatIsSwitchedToOnDemandMeanwhileIsRefusedToo() throws IOException {
    scene
        .kinesis()
        .refuseAs(
            "UpdateShardCount",
            "ValidationException",
            "ON_DEMAND stream",
            () -> scene.kinesis().onDemand());

    assertRefused(ExitCode.NO, scene.rescale(4), "stream departures is in on-demand mode");
  }

  @Test
  void aMissingPermissionIsNamed() throws IOException {
    String denied =
        "User: arn:aws:iam::1:user/u is not authorized to perform: kinesis:UpdateShardCount on"
            + " resource: arn:aws:kinesis:eu-west-1:1:stream/departures";
    scene.kinesis().refuse("UpdateShardCount", "AccessDeniedException", denied);
    assertRefused(
        ExitCode.UNUSABLE,
        scene.rescale(4),
        "kinesis:UpdateShardCount is not allowed on",
        "allow kinesis:UpdateShardCount in the policy of the user or role");

    scene
        .kinesis()
        .refuse(
            "DescribeStreamSummary",
            "AccessDeniedException",
            denied.replace("UpdateShardCount", "DescribeStreamSummary"));
    assertRefused(
        ExitCode.UNUSABLE, scene.rescale(4), "kinesis:DescribeStreamSummary is not allowed");

    scene
        .kinesis()
        .refuse(
            "ListShards",
            "AccessDeniedException",
            denied.replace("UpdateShardCount", "ListShards"));
    assertRefused(ExitCode.UNUSABLE, scene.rescale(4), "kinesis:ListShards is not allowed");

    // The account's quota is not needed: Kinesis itself refuses what exceeds it.
    scene.kinesis().refuse("DescribeLimits", "AccessDeniedException", denied);
    assertDone(scene.rescale(4, "--dry-run"));
  }

  @Test
  void aStreamThatDoesNotExistIsNamed() throws IOException {
    scene
        .kinesis()
        .refuse("DescribeStreamSummary", "ResourceNotFoundException", "Stream x not found");
    assertRefused(ExitCode.UNUSABLE, scene.rescale(4), "there is no such stream here", "--stream");
  }

  @Test
  void aStreamThatIsNeverActiveEndsWithTheTime() throws IOException {
    scene.kinesis().update(10_000);

    Answer answer = scene.rescale(4, "--timeout", "100ms");
    scene.kinesis().update(0);

    assertRefused(
        ExitCode.NO,
        answer,
        "the rescale to 4 is not done after 100 ms, waiting for this: stream departures is"
            + " UPDATING",
        "cairn rescale 4 continues");

    scene.kinesis().update(2);
    scene.kinesis().refuse("UpdateShardCount", "ResourceInUseException", "not ACTIVE");
    assertRefused(ExitCode.NO, scene.rescale(4, "--no-wait"), "not ACTIVE", "try again later");
  }

  @Test
  void aStackWithAnotherNumberIsWarnedOf() throws IOException {
    DynamoDbDeployments deployments =
        new DynamoDbDeployments(
            scene.pipeline().database().client(), DemoSettings.TABLE, Backoff.sleeping());
    Deployment deployment =
        new Deployment(
            RescaleScene.JOB,
            RescaleScene.STAGE,
            "departures",
            home.resolve("storage").toString(),
            "task",
            CheckpointSettings.DEFAULTS);
    deployments.register(
        deployment.withStreamShards(Optional.of(2)).withReservedConcurrency(Optional.of(4)));

    Answer drifts = scene.rescale(4, "--dry-run");

    assertDone(drifts);
    assertThat(drifts.steps("warning"))
        .extracting(line -> line.get("text").asText())
        .satisfiesExactly(
            stack ->
                assertThat(stack)
                    .startsWith("the stack creates stream departures with 2 shards: set 4 there")
                    .contains("SourceStream.ofShards(4)", "can bring it back to 2"),
            concurrency ->
                assertThat(concurrency)
                    .startsWith("the task's reserved concurrency is 4")
                    .endsWith("reservedConcurrency(5)"));
    assertThat(scene.rescale(2, "--dry-run").steps("warning")).isEmpty();
    assertThat(scene.rescale(3, "--dry-run").steps("warning")).hasSize(1);

    deployments.register(deployment);
    assertThat(scene.rescale(4, "--dry-run").steps("warning")).isEmpty();
  }
}
