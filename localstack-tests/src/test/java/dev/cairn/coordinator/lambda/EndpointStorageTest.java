package dev.cairn.coordinator.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.deployment.Environment;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.dynamodb.DynamoDbRegistrations;
import dev.cairn.function.CheckpointConfig;
import dev.cairn.function.JobManagerCheckpointStorage;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Deployment;
import dev.cairn.job.Registration;
import dev.cairn.job.StorageMovedException;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.retry.Backoff;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where a deployed coordinator finds the job's files, and what it does where they are not. */
class EndpointStorageTest {
  private static final String TABLE = "cairn";
  private static final Map<String, String> SDK =
      Map.of(
          "aws.region", "us-east-1",
          "aws.accessKeyId", "local",
          "aws.secretAccessKey", "local");

  /** A tick that came too late to do anything: all that is left is to find the job. */
  private static final String LATE =
      """
      {"Records": [{"eventSource": "aws:sqs",
        "body": "{\\"cairn\\":\\"tick\\",\\"until\\":\\"2013-01-01T00:00:00Z\\"}"}]}
      """;

  private static DynamoDbLocal database;

  private final JobId job = new JobId("job-" + UUID.randomUUID());
  private final Map<String, String> variables =
      new HashMap<>(
          Map.of(
              "CAIRN_JOB", job.value(),
              "CAIRN_STAGE", "aircraft",
              "CAIRN_TABLE", TABLE,
              "CAIRN_STREAM", "departures",
              "CAIRN_TASK_FUNCTION", "task:live",
              "CAIRN_TASK_TIMEOUT", "60 s",
              "CAIRN_TICK_QUEUE", "http://127.0.0.1/queue",
              "CAIRN_SOURCE_MAPPING", "mapping"));

  @BeforeAll
  static void serve() {
    database = DynamoDbLocal.serve(0);
    CairnTable.create(database.client(), TABLE);
    SDK.forEach(System::setProperty);
    System.setProperty("aws.endpointUrl", database.endpoint().orElseThrow().toString());
  }

  @AfterAll
  static void stop() throws Exception {
    SDK.keySet().forEach(System::clearProperty);
    System.clearProperty("aws.endpointUrl");
    database.close();
  }

  private CoordinatorEndpoint endpoint() {
    return CoordinatorEndpoint.connect(
        CoordinatorEnvironment.read(new Environment(variables)), line -> {});
  }

  private static void invoke(CoordinatorEndpoint endpoint) throws IOException {
    endpoint.handle(new ByteArrayInputStream(LATE.getBytes(UTF_8)), Duration.ofMinutes(1));
  }

  private Optional<String> where() {
    return new DynamoDbDeployments(database.client(), TABLE, Backoff.sleeping())
        .find(job)
        .map(Deployment::storage);
  }

  private void registered(CheckpointConfig config, String storage) {
    new DynamoDbRegistrations(database.client(), TABLE, Backoff.sleeping())
        .register(
            new Registration(
                job,
                new StageId("aircraft"),
                new CodeVersion("1"),
                config.configuration(),
                List.of(),
                Optional.of(storage)));
  }

  @Test
  void withoutADirectoryTheFilesAreInTheTable() throws IOException {
    invoke(endpoint());
    assertThat(where()).contains("dynamodb:");
  }

  @Test
  void withADirectoryTheyAreThere() throws IOException {
    variables.put("EXECUTION_CHECKPOINTING_DIR", "s3://bucket/prefix");
    invoke(endpoint());
    assertThat(where()).contains("s3://bucket/prefix");
  }

  @Test
  void whatCodeGivesWinsAlsoIfItSpeaksAfterTheCoordinatorHasBegun() throws IOException {
    variables.put("EXECUTION_CHECKPOINTING_DIR", "s3://bucket/prefix");
    CoordinatorEndpoint warm = endpoint();
    invoke(warm);
    assertThat(where()).contains("s3://bucket/prefix");

    registered(
        new CheckpointConfig().setCheckpointStorage(new JobManagerCheckpointStorage()),
        "dynamodb:");
    invoke(warm);
    assertThat(where()).contains("dynamodb:");
    invoke(endpoint());
    assertThat(where()).contains("dynamodb:");
  }

  @Test
  void whereTheFilesAreNotItDoesNothingAndSaysWhereTheyAre() throws IOException {
    invoke(endpoint());
    registered(new CheckpointConfig(), "dynamodb:");
    variables.put("EXECUTION_CHECKPOINTING_DIR", "s3://bucket/prefix");
    CoordinatorEndpoint moved = endpoint();

    for (int invocation = 0; invocation < 2; invocation++) {
      assertThatThrownBy(() -> invoke(moved))
          .isInstanceOf(StorageMovedException.class)
          .hasMessageContaining(
              "has its files in dynamodb: and is configured to keep them in s3://bucket/prefix now");
    }
    assertThat(where()).as("what commands go by").contains("dynamodb:");

    variables.remove("EXECUTION_CHECKPOINTING_DIR");
    invoke(endpoint());
    assertThat(where()).contains("dynamodb:");
  }
}
