package dev.cairn.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.cairn.deployment.DeployedClients;
import dev.cairn.deployment.Environment;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.id.EntryId;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.retry.Backoff;
import dev.cairn.s3.S3CheckpointStorage;
import dev.cairn.state.BlockChecksum;
import dev.cairn.task.Task;
import dev.cairn.task.TaskPorts;
import dev.cairn.task.TaskSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The task's handler: a user deploys it with a function of their own, which environment variables
 * name together with the job.
 */
public final class TaskHandler implements RequestStreamHandler {
  private final TaskEnvironment environment;
  private Optional<TaskEndpoint> connected = Optional.empty();

  /**
   * Reads the environment and loads the function's class. Makes no client, clock or id: a container
   * may be one of many that are restored from one snapshot of this moment.
   *
   * @throws Environment.SettingException if a variable is missing or of no use, by its name
   */
  public TaskHandler() {
    this.environment = TaskEnvironment.read(new Environment(System.getenv()));
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    TaskEndpoint endpoint = connected.orElseGet(() -> connect(remaining(context)));
    connected = Optional.of(endpoint);
    endpoint.handle(input, output, () -> remaining(context));
  }

  private static Duration remaining(Context context) {
    return Duration.ofMillis(context.getRemainingTimeInMillis());
  }

  /**
   * @param timeout what the first invocation has left is nearly all that any has
   */
  private TaskEndpoint connect(Duration timeout) {
    DynamoDbClient dynamoDb = DeployedClients.configure(DynamoDbClient.builder()).build();
    Backoff backoff = Backoff.sleeping();
    InstantSource clock = InstantSource.system();
    TaskPorts ports =
        new TaskPorts(
            new DynamoDbJournal(dynamoDb, environment.table(), backoff),
            new DynamoDbCheckpointStore(dynamoDb, environment.table(), backoff, clock),
            new S3CheckpointStorage(
                DeployedClients.configure(S3Client.builder()).build(),
                environment.storage().bucket(),
                environment.storage().prefix()),
            new KinesisStreamReader(
                DeployedClients.configure(KinesisClient.builder()).build(),
                environment.stream(),
                backoff),
            new BlockChecksum(),
            clock,
            () -> new EntryId(UUID.randomUUID().toString()),
            new DeadLetterMetrics(
                new EmbeddedMetrics(environment.job(), clock, System.out::println)));
    TaskSettings settings =
        TaskSettings.of(environment.job(), environment.stage())
            .withStart(environment.start())
            .withFailurePolicy(environment.failurePolicy())
            .withTimeout(timeout);
    return new TaskEndpoint(new Task<>(settings, ports, environment.function()::create));
  }
}
