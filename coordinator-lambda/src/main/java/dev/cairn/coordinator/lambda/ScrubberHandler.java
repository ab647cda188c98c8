package dev.cairn.coordinator.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.cairn.coordinator.scrub.Scrubber;
import dev.cairn.coordinator.scrub.ScrubberPorts;
import dev.cairn.coordinator.scrub.ScrubberSettings;
import dev.cairn.deployment.DeployedClients;
import dev.cairn.deployment.Environment;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbDamageStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.retry.Backoff;
import dev.cairn.s3.S3CheckpointStorage;
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
 * The scrubber's handler. Invoked by a rule, or by anyone who does not want to wait for it; what
 * the event says does not matter.
 */
public final class ScrubberHandler implements RequestStreamHandler {
  private final ScrubberEnvironment environment;
  private Optional<Scrubber> connected = Optional.empty();

  /**
   * @throws Environment.SettingException if a variable is missing or of no use, by its name
   */
  public ScrubberHandler() {
    this.environment = ScrubberEnvironment.read(new Environment(System.getenv()));
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Scrubber scrubber = connected.orElseGet(() -> connect(environment, System.out::println));
    connected = Optional.of(scrubber);
    scrubber.run(environment.job(), () -> Duration.ofMillis(context.getRemainingTimeInMillis()));
    output.write("{}".getBytes(StandardCharsets.UTF_8));
  }

  private static Scrubber connect(ScrubberEnvironment environment, Consumer<String> log) {
    DynamoDbClient dynamoDb = DeployedClients.configure(DynamoDbClient.builder()).build();
    Backoff backoff = Backoff.sleeping();
    InstantSource clock = InstantSource.system();
    return new Scrubber(
        new ScrubberPorts(
            new DynamoDbJournal(dynamoDb, environment.table(), backoff),
            new DynamoDbCheckpointStore(dynamoDb, environment.table(), backoff, clock),
            new S3CheckpointStorage(
                DeployedClients.configure(S3Client.builder()).build(),
                environment.storage().bucket(),
                environment.storage().prefix()),
            new DynamoDbDamageStore(dynamoDb, environment.table(), backoff),
            clock,
            new MetricAnnouncer(new EmbeddedMetrics(environment.job(), clock, log))),
        ScrubberSettings.each(environment.interval()));
  }
}
