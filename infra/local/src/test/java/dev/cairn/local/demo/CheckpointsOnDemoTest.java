package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.cli.ExitCode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What is shown of checkpoints, and pins. */
class CheckpointsOnDemoTest extends CommandsOnDemo {
  @Test
  void checkpointsAreListedAndShown() throws IOException {
    Answer list = cairn("checkpoints");
    assertThat(list.exitCode()).as(list.err()).isZero();
    assertThat(list.out())
        .contains("job flights  RUNNING", "ID  STATUS", "COMPLETED", "SUBSUMED", "3/3");

    JsonNode json = cairn("checkpoints", "--json").json();
    long latest = json.get("latestCheckpoint").longValue();
    assertThat(json.get("checkpoints").findValuesAsText("status")).contains("COMPLETED");

    JsonNode one = cairn("checkpoints", Long.toString(latest), "--json").json();
    assertThat(one.get("status").asText()).isEqualTo("COMPLETED");
    assertThat(one.get("acknowledgements")).hasSize(3);
    assertThat(cairn("checkpoints", Long.toString(latest)).out())
        .contains("aircraft/shardId-000000000002", "_metadata");
  }

  @Test
  void checkpointsSayHowLongTheyTakeAndWhatTheyCost() throws IOException {
    assertThat(cairn("checkpoints").out()).contains("P90", "durationMillis", "fullSizeBytes");
    JsonNode duration = cairn("checkpoints", "--json").json().at("/statistics/durationMillis");
    assertThat(duration.get("min").longValue())
        .isLessThanOrEqualTo(duration.get("p50").longValue());
    assertThat(duration.get("p99").longValue()).isEqualTo(duration.get("max").longValue());

    JsonNode one = cairn("checkpoints", latest(), "--json").json();
    assertThat(one.get("cause").asText()).isEqualTo("schedule");
    assertThat(Instant.parse(one.get("firstAcknowledgedAt").asText()))
        .isBeforeOrEqualTo(Instant.parse(one.get("lastAcknowledgedAt").asText()));
    assertThat(one.get("acknowledgements"))
        .allSatisfy(answer -> assertThat(answer.get("waitedMillis").longValue()).isNotNegative());
    assertThat(one.at("/cost/usd").doubleValue()).isBetween(1e-6, 1e-3);
    assertThat(cairn("checkpoints", latest()).out())
        .contains("acks       first after ", "cost       0.0", "files in S3)");
  }

  @Test
  void timesAreToldToTheSecond() throws IOException {
    assertThat(cairn("checkpoints", latest()).out())
        .containsPattern("triggered  \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ in epoch")
        .containsPattern("completed  \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\R");
  }

  @Test
  void aPinnedCheckpointIsMarkedExplainedAndNotDisposedOf() throws IOException {
    String id = latest();
    String metadata = metadataOf(id).value();
    Answer pinned = cairn("pin", id, "--timeout", "30s");
    assertThat(pinned.exitCode()).as(pinned.out() + pinned.err()).isZero();
    try {
      assertThat(cairn("checkpoints").out()).containsPattern("(?m)^ *" + id + "  .*3/3  pinned$");
      assertThat(cairn("checkpoints", id).out()).contains("3/3  pinned");
      assertThat(cairn("checkpoints", id, "--json").json().get("pinned").asBoolean()).isTrue();
      assertThat(cairn("gc", "--explain", metadata).out())
          .contains("checkpoint " + id + " needs it: its _metadata (the checkpoint is pinned)");
      assertThat(cairn("gc", "--explain", metadata, "--json").json().get("neededBy").toString())
          .contains("(the checkpoint is pinned)");
      Answer disposed = cairn("dispose", id, "--timeout", "30s");
      assertThat(disposed.exitCode()).isEqualTo(ExitCode.NO);
      assertThat(disposed.out())
          .contains(
              "refused    checkpoint "
                  + id
                  + " is pinned: unpin it first, with: cairn unpin "
                  + id);
    } finally {
      assertThat(cairn("unpin", id, "--timeout", "30s").exitCode()).isZero();
    }
    assertThat(cairn("checkpoints").out()).doesNotContain("3/3  pinned");
    assertThat(cairn("checkpoints", id, "--json").json().get("pinned").asBoolean()).isFalse();
    assertThat(cairn("gc", "--explain", metadata).out()).doesNotContain("pinned");
    assertThat(cairn("unpin", id, "--timeout", "30s").out())
        .contains("refused    checkpoint " + id + " is not pinned: no checkpoint is");
  }

  @Test
  void aJobHasFiftyPinnedCheckpointsAtMost() throws IOException {
    String id = latest();
    List<String> fifty = IntStream.range(100_000, 100_050).mapToObj(Integer::toString).toList();
    try (DynamoDbClient client = demoClient()) {
      Map<String, AttributeValue> job =
          Map.of("pk", AttributeValue.fromS("JOB#flights"), "sk", AttributeValue.fromS("JOB"));
      client.updateItem(
          update ->
              update
                  .tableName(DemoSettings.TABLE)
                  .key(job)
                  .updateExpression("SET pinnedCheckpoints = :fifty")
                  .expressionAttributeValues(Map.of(":fifty", AttributeValue.fromNs(fifty))));
      try {
        Answer refused = cairn("pin", id, "--timeout", "30s");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
        assertThat(refused.out())
            .contains(
                "refused    job flights has 50 pinned checkpoints, which is the limit: unpin"
                    + " one first, or take a savepoint, which is kept without a pin");
        assertThat(cairn("checkpoints", id, "--json").json().get("pinned").asBoolean()).isFalse();
        assertThat(cairn("unpin", fifty.getFirst(), "--timeout", "30s").exitCode()).isZero();
        assertThat(cairn("pin", id, "--timeout", "30s").exitCode()).isZero();
      } finally {
        client.updateItem(
            update ->
                update
                    .tableName(DemoSettings.TABLE)
                    .key(job)
                    .updateExpression("REMOVE pinnedCheckpoints"));
      }
    }
  }
}
