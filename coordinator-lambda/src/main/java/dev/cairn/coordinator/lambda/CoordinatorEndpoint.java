package dev.cairn.coordinator.lambda;

import dev.cairn.checkpoint.Deployment;
import dev.cairn.checkpoint.Job;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.CoordinatorPorts;
import dev.cairn.coordinator.CoordinatorSettings;
import dev.cairn.coordinator.Event;
import dev.cairn.deployment.DeployedClients;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.retry.Backoff;
import dev.cairn.s3.S3CheckpointStorage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.UUID;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/** One container's coordinator, connected to everything that it touches. */
final class CoordinatorEndpoint {
  private final Deployment deployment;
  private final CoordinatorPorts ports;
  private final Coordinator coordinator;
  private final DynamoDbDeployments deployments;
  private final TickQueue ticks;
  private boolean registered;

  private CoordinatorEndpoint(
      Deployment deployment,
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      DynamoDbDeployments deployments,
      TickQueue ticks) {
    this.deployment = deployment;
    this.ports = ports;
    this.coordinator = new Coordinator(ports, settings);
    this.deployments = deployments;
    this.ticks = ticks;
  }

  /**
   * @param log takes what is printed, a line each
   */
  static CoordinatorEndpoint connect(CoordinatorEnvironment environment, Consumer<String> log) {
    DynamoDbClient dynamoDb = DeployedClients.configure(DynamoDbClient.builder()).build();
    Backoff backoff = Backoff.sleeping();
    InstantSource clock = InstantSource.system();
    Deployment deployment = environment.deployment();
    CoordinatorPorts ports =
        new CoordinatorPorts(
            new DynamoDbJournal(dynamoDb, environment.table(), backoff),
            new DynamoDbCheckpointStore(
                dynamoDb, environment.table(), backoff, clock, deployment.settings()),
            new S3CheckpointStorage(
                DeployedClients.configure(S3Client.builder()).build(),
                environment.storage().bucket(),
                environment.storage().prefix()),
            new KinesisStreamReader(
                DeployedClients.configure(KinesisClient.builder()).build(),
                deployment.stream(),
                backoff),
            new LambdaWaker(
                DeployedClients.configure(LambdaClient.builder()).build(),
                deployment.taskFunction()),
            clock,
            () -> new EntryId(UUID.randomUUID().toString()),
            new MetricAnnouncer(new EmbeddedMetrics(deployment.job(), clock, log)));
    CoordinatorSettings defaults = CoordinatorSettings.DEFAULTS;
    return new CoordinatorEndpoint(
        deployment,
        ports,
        new CoordinatorSettings(
            defaults.idleAfter(),
            environment.taskTimeout(),
            defaults.entryRetention(),
            defaults.retentionMargin()),
        new DynamoDbDeployments(dynamoDb, environment.table(), backoff),
        new TickQueue(
            DeployedClients.configure(SqsClient.builder()).build(), environment.tickQueue()));
  }

  /**
   * Serves one invocation. What fails is repaired by the next tick, whether or not the source tries
   * again.
   *
   * @throws MalformedTriggerException if the payload comes from no known source
   */
  void handle(InputStream payload) throws IOException {
    JobId job = deployment.job();
    SequencedSet<Trigger> triggers = Triggers.read(payload, job);
    for (Trigger trigger : triggers) {
      switch (trigger) {
        case Trigger.Scheduled s -> {
          register();
          ticks.send(Ticks.between(interval(job)));
          coordinator.on(new Event.Tick(job));
        }
        case Trigger.Happened happened -> coordinator.on(happened.event());
      }
    }
  }

  private void register() {
    if (!registered) {
      ports.checkpoints().create(Job.create(deployment.job(), deployment.settings()));
      deployments.register(deployment);
      registered = true;
    }
  }

  private Optional<Duration> interval(JobId job) {
    return ports.checkpoints().job(job).flatMap(found -> found.settings().interval());
  }
}
