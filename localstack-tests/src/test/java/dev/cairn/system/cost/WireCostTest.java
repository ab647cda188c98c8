package dev.cairn.system.cost;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.retry.Backoff;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.Words;
import dev.cairn.task.ports.TaskPorts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/** Counts costs where they are billed: the requests that are sent to DynamoDB. */
class WireCostTest {
  private static final Backoff WITHOUT_PAUSE = new Backoff(3, Duration.ZERO, pause -> {});
  private static final String TABLE = "cairn";
  private static final DynamoDbLocal DYNAMODB = DynamoDbLocal.serve(0);
  private static final List<SdkRequest> REQUESTS = Collections.synchronizedList(new ArrayList<>());
  private static final DynamoDbClient CLIENT = counted();

  private final Pipeline pipeline = new Pipeline(1);
  private final DynamoDbJournal journal = new DynamoDbJournal(CLIENT, TABLE, WITHOUT_PAUSE);
  private final DynamoDbCheckpointStore checkpoints =
      new DynamoDbCheckpointStore(CLIENT, TABLE, WITHOUT_PAUSE, pipeline::now);
  private final TaskPorts local = pipeline.taskPorts(Tap.NONE);

  private static DynamoDbClient counted() {
    ExecutionInterceptor counting =
        new ExecutionInterceptor() {
          @Override
          public void beforeTransmission(
              Context.BeforeTransmission context, ExecutionAttributes a) {
            REQUESTS.add(context.request());
          }
        };
    return DynamoDbClient.builder()
        .endpointOverride(DYNAMODB.endpoint().orElseThrow())
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .overrideConfiguration(c -> c.addExecutionInterceptor(counting))
        .build();
  }

  @BeforeAll
  static void createTable() {
    CairnTable.create(CLIENT, TABLE);
  }

  @AfterAll
  static void stop() {
    CLIENT.close();
    DYNAMODB.close();
  }

  @BeforeEach
  void forget() {
    REQUESTS.clear();
  }

  @Test
  void anInvocationInSteadyStateIsOneQueryAndOnePutItem() {
    checkpoints.create(
        Job.create(Pipeline.JOB, new CheckpointSettings(Optional.empty(), Pipeline.TIMEOUT, 1)));
    Task<String> container =
        new Task<>(
            settings(),
            new TaskPorts(
                journal,
                checkpoints,
                local.storage(),
                local.stream(),
                local.checksum(),
                local.clock(),
                local.ids()),
            Words::new);
    run(container, 0, pipeline.put(0, "warm up"));
    List<StreamRecord> batch = pipeline.put(0, "a", "b", "c");
    REQUESTS.clear();

    run(container, 0, batch);
    assertThat(REQUESTS).hasExactlyElementsOfTypes(QueryRequest.class, PutItemRequest.class);
    assertThat(((QueryRequest) REQUESTS.getFirst()).consistentRead()).isTrue();
    assertThat(((PutItemRequest) REQUESTS.getLast()).conditionExpression()).isNotEmpty();

    REQUESTS.clear();
    run(container, 0, batch);
    assertThat(REQUESTS).hasExactlyElementsOfTypes(QueryRequest.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 50})
  void aCommitIsOneTransactionOfTwoItems(int subtasks) {
    JobId job = new JobId("wide-" + subtasks);
    TreeSet<SubtaskId> expected = new TreeSet<>();
    for (int i = 0; i < subtasks; i++) {
      expected.add(
          new SubtaskId(
              job, Pipeline.STAGE, new ShardId(String.format(Locale.ROOT, "shardId-%012d", i))));
    }
    CheckpointId id = new CheckpointId(1);
    checkpoints.create(
        Job.create(job, new CheckpointSettings(Optional.empty(), Pipeline.TIMEOUT, 1)));
    checkpoints.begin(
        new Checkpoint.Pending(
            new Checkpoint.Triggering(
                job, id, new Epoch(1), pipeline.now(), ExpectedSubtasks.of(expected)),
            expected));
    for (SubtaskId subtask : expected) {
      checkpoints.acknowledge(
          new Acknowledgement.Acknowledged(subtask, id, Optional.empty(), 0, 0));
    }
    Coordinator coordinator =
        new Coordinator(
            new CoordinatorPorts(
                journal,
                checkpoints,
                local.storage(),
                local.stream(),
                (subtask, purpose) -> {},
                local.clock(),
                () -> new EntryId("never")),
            Pipeline.PROMPT);
    REQUESTS.clear();

    coordinator.on(new Event.Acknowledged(job, id, expected));

    assertThat(checkpoints.checkpoint(job, id)).get().isInstanceOf(Checkpoint.Completed.class);
    assertThat(REQUESTS.stream().filter(TransactWriteItemsRequest.class::isInstance))
        .singleElement()
        .satisfies(
            commit -> assertThat(((TransactWriteItemsRequest) commit).transactItems()).hasSize(2));
    assertThat(REQUESTS).doesNotHaveAnyElementsOfTypes(PutItemRequest.class);
  }
}
