package dev.cairn.coordinator.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.coordinator.scrub.Scrubber;
import dev.cairn.coordinator.scrub.ScrubberPorts;
import dev.cairn.coordinator.scrub.ScrubberSettings;
import dev.cairn.deployment.DeployedClients;
import dev.cairn.deployment.Environment;
import dev.cairn.deployment.StorageLocation;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbDamageStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.DynamoDbRegistrations;
import dev.cairn.job.Job;
import dev.cairn.job.StorageMovedException;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.retry.Backoff;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The Lambda handler of the scrubber. It is invoked by a rule or by hand; the payload does not
 * matter.
 */
public final class ScrubberHandler implements RequestStreamHandler {
  private final ScrubberEnvironment environment;
  private Optional<Clients> clients = Optional.empty();

  private record Clients(DynamoDbClient dynamoDb, S3Client s3) {}

  /**
   * @throws Environment.SettingException if a variable is missing or invalid; the message names it
   */
  public ScrubberHandler() {
    this.environment = ScrubberEnvironment.read(new Environment(System.getenv()));
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    clients = clients.or(ScrubberHandler::connect);
    scrubber(environment, clients.orElseThrow(), System.out::println)
        .run(environment.job(), () -> Duration.ofMillis(context.getRemainingTimeInMillis()));
    output.write("{}".getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<Clients> connect() {
    return Optional.of(
        new Clients(
            DeployedClients.configure(DynamoDbClient.builder()).build(),
            DeployedClients.configure(S3Client.builder()).build()));
  }

  /**
   * Created for each invocation, because the job's code may have registered another storage in the
   * meantime.
   */
  private static Scrubber scrubber(
      ScrubberEnvironment environment, Clients clients, Consumer<String> log) {
    DynamoDbClient dynamoDb = clients.dynamoDb();
    Backoff backoff = Backoff.sleeping();
    InstantSource clock = InstantSource.system();
    DynamoDbCheckpointStore checkpoints =
        new DynamoDbCheckpointStore(
            dynamoDb, environment.table(), backoff, clock, environment.settings());
    CheckpointSettings settings =
        checkpoints.job(environment.job()).map(Job::settings).orElse(environment.settings());
    StorageLocation location = StorageLocation.of(settings);
    // With a wrong storage, all files would be marked as damaged.
    new DynamoDbRegistrations(dynamoDb, environment.table(), backoff)
        .of(environment.job()).stream()
            .flatMap(registration -> registration.storage().stream())
            .forEach(
                there ->
                    StorageMovedException.require(environment.job(), there, location.toString()));
    return new Scrubber(
        new ScrubberPorts(
            new DynamoDbJournal(dynamoDb, environment.table(), backoff),
            checkpoints,
            location.open(
                clients::s3,
                dynamoDb,
                environment.table(),
                backoff,
                clock,
                settings.maxInlineStateSize()),
            new DynamoDbDamageStore(dynamoDb, environment.table(), backoff),
            clock,
            new MetricAnnouncer(new EmbeddedMetrics(environment.job(), clock, log))),
        ScrubberSettings.each(environment.interval()));
  }
}
