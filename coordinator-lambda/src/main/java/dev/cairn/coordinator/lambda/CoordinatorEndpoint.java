package dev.cairn.coordinator.lambda;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.coordinator.CommandCalls;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.coordinator.ports.Topology;
import dev.cairn.deployment.DeployedClients;
import dev.cairn.deployment.StorageLocation;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbDamageStore;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.dynamodb.DynamoDbHistory;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.DynamoDbMappingProblems;
import dev.cairn.dynamodb.DynamoDbRegistrations;
import dev.cairn.format.Fields;
import dev.cairn.format.Trees;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Deployment;
import dev.cairn.job.Job;
import dev.cairn.job.Registration;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.parallel.OutOfTimeException;
import dev.cairn.parallel.ThreadFanOut;
import dev.cairn.retry.Backoff;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/** The coordinator of one container, connected to all its services. */
final class CoordinatorEndpoint {
  private static final Logger LOG = System.getLogger(CoordinatorEndpoint.class.getName());

  // The rule fires within some seconds, and a cold start takes some more.
  private static final Duration TICK_TOLERANCE = Duration.ofSeconds(5);
  // Time for the work that remains when nothing more is begun: the metadata of all subtasks, and a
  // transaction.
  private static final Duration TO_FINISH = Duration.ofSeconds(20);
  // A failing bus delays the other work by at most this time for each event.
  private static final Duration BUS_CONNECT = Duration.ofSeconds(1);
  private static final Duration BUS_SILENCE = Duration.ofSeconds(2);

  private final Deployment deployment;
  private final CheckpointStore checkpoints;
  private final DynamoDbDeployments deployments;
  private final DynamoDbRegistrations registrations;
  private final TickQueue ticks;
  private final ThreadFanOut fanOut;
  private final InstantSource clock;
  private final Function<CheckpointSettings, Coordinator> connecting;
  private Optional<Located> located = Optional.empty();

  private CoordinatorEndpoint(
      Deployment deployment,
      CheckpointStore checkpoints,
      DynamoDbDeployments deployments,
      DynamoDbRegistrations registrations,
      TickQueue ticks,
      ThreadFanOut fanOut,
      InstantSource clock,
      Function<CheckpointSettings, Coordinator> connecting) {
    this.deployment = deployment;
    this.checkpoints = checkpoints;
    this.deployments = deployments;
    this.registrations = registrations;
    this.ticks = ticks;
    this.fanOut = fanOut;
    this.clock = clock;
    this.connecting = connecting;
  }

  /** A coordinator, and the location of its files. */
  private record Located(StorageLocation location, Coordinator coordinator) {}

  /**
   * @param log receives each printed line
   */
  static CoordinatorEndpoint connect(CoordinatorEnvironment environment, Consumer<String> log) {
    DeployedClients.keepConnections(CoordinatorPorts.AT_ONCE);
    DynamoDbClient dynamoDb = DeployedClients.configure(DynamoDbClient.builder()).build();
    S3Client s3 = DeployedClients.configure(S3Client.builder()).build();
    KinesisClient kinesis = DeployedClients.configure(KinesisClient.builder()).build();
    LambdaClient lambda = DeployedClients.configure(LambdaClient.builder()).build();
    Backoff backoff = Backoff.sleeping();
    InstantSource clock = InstantSource.system();
    Deployment deployment = environment.deployment();
    ThreadFanOut fanOut =
        new ThreadFanOut(
            CoordinatorPorts.AT_ONCE,
            CoordinatorPorts.BEGUN_A_SECOND,
            clock,
            CoordinatorEndpoint::sleep);
    DynamoDbDeployments deployments =
        new DynamoDbDeployments(dynamoDb, environment.table(), backoff);
    DynamoDbRegistrations registrations =
        new DynamoDbRegistrations(dynamoDb, environment.table(), backoff);
    CheckpointStore checkpoints =
        new DynamoDbCheckpointStore(
            dynamoDb,
            environment.table(),
            backoff,
            clock,
            deployment.settings(),
            CheckpointSettings::requireDeployable,
            fanOut);
    Function<CheckpointSettings, CoordinatorPorts> ports =
        settings ->
            new CoordinatorPorts(
                new DynamoDbJournal(dynamoDb, environment.table(), backoff),
                checkpoints,
                StorageLocation.of(settings)
                    .open(
                        () -> s3,
                        dynamoDb,
                        environment.table(),
                        backoff,
                        clock,
                        settings.maxInlineStateSize()),
                Topology.ofOne(
                    Optional.of(deployment.stage()),
                    new KinesisStreamReader(
                        kinesis,
                        deployment.stream(),
                        Backoff.outlasting(KinesisStreamReader.LONGEST_REFUSAL)),
                    new LambdaSourceMapping(lambda, environment.sourceMapping()),
                    new LambdaWaker(lambda, deployment.taskFunction())),
                clock,
                () -> new EntryId(UUID.randomUUID().toString()),
                announcer(environment, new EmbeddedMetrics(deployment.job(), clock, log))
                    .andThen(
                        new MappingProblemAnnouncer(
                            deployment.job(),
                            new DynamoDbMappingProblems(dynamoDb, environment.table(), backoff),
                            clock)),
                new DynamoDbDamageStore(dynamoDb, environment.table(), backoff),
                fanOut,
                registrations,
                Optional.of(
                    new DynamoDbHistory(
                        dynamoDb, environment.table(), backoff, deployment.settings())),
                job -> versions(deployments.find(job), registrations.of(job)));
    CoordinatorSettings defaults = CoordinatorSettings.DEFAULTS;
    CoordinatorSettings settings =
        new CoordinatorSettings(
            defaults.idleAfter(),
            environment.taskTimeout(),
            defaults.entryRetention(),
            defaults.retentionMargin(),
            TICK_TOLERANCE);
    return new CoordinatorEndpoint(
        deployment,
        checkpoints,
        deployments,
        registrations,
        new TickQueue(
            DeployedClients.configure(SqsClient.builder()).build(), environment.tickQueue()),
        fanOut,
        clock,
        known -> new Coordinator(ports.apply(known), settings));
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      // The wait ends immediately; the interrupt flag is set again.
      Thread.currentThread().interrupt();
    }
  }

  private static Announcer announcer(CoordinatorEnvironment environment, EmbeddedMetrics log) {
    Announcer printed = new MetricAnnouncer(log);
    return environment
        .events()
        .map(events -> printed.andThen(new EventAnnouncer(environment.job(), bus(events), log)))
        .orElse(printed);
  }

  private static EventBus bus(CoordinatorEnvironment.Events events) {
    DefaultCredentialsProvider credentials = DefaultCredentialsProvider.builder().build();
    return new SignedEventBus(
        UrlConnectionHttpClient.builder()
            .connectionTimeout(BUS_CONNECT)
            .socketTimeout(BUS_SILENCE)
            .build(),
        credentials::resolveCredentials,
        events.endpoint(),
        events.region(),
        events.bus());
  }

  static SortedMap<String, String> versions(
      Optional<Deployment> deployed, List<Registration> registered) {
    SortedMap<String, String> versions = new TreeMap<>();
    deployed.ifPresent(
        deployment -> {
          versions.put("stream", deployment.stream());
          versions.put("storage", deployment.storage());
          versions.put("task function", deployment.taskFunction());
        });
    registered.forEach(
        registration ->
            versions.put("code of " + registration.stage(), registration.version().value()));
    return versions;
  }

  /**
   * Handles one invocation. The next tick repairs failures, whether or not the source tries again,
   * and continues work that did not fit into the time.
   *
   * @param remaining the time until the invocation is ended
   * @return the response as JSON: the progress for a command, empty for other events
   * @throws MalformedPayloadException if the payload comes from no known source
   */
  byte[] handle(InputStream payload, Duration remaining) throws IOException {
    fanOut.endBy(clock.instant().plus(remaining).minus(TO_FINISH));
    SequencedSet<CoordinatorPayload> triggers = PayloadReader.read(payload, deployment.job());
    Job job = job();
    Coordinator coordinator = coordinator(job.settings());
    Fields response = Fields.empty();
    // A failing event does not prevent the others.
    Optional<RuntimeException> failure = Optional.empty();
    for (CoordinatorPayload trigger : triggers) {
      for (Runnable step : steps(trigger, coordinator, job.settings(), response)) {
        try {
          step.run();
        } catch (OutOfTimeException e) {
          LOG.log(Level.INFO, "job {0}: {1}", deployment.job(), e.getMessage());
        } catch (RuntimeException e) {
          failure = failure.or(() -> Optional.of(e));
        }
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    return Trees.toJson(response);
  }

  private List<Runnable> steps(
      CoordinatorPayload trigger,
      Coordinator coordinator,
      CheckpointSettings settings,
      Fields response) {
    JobId job = deployment.job();
    return switch (trigger) {
      case CoordinatorPayload.Scheduled s ->
          List.of(
              () -> coordinator.on(new Event.Tick(job)),
              () -> ticks.send(Ticks.between(settings.interval(), clock.instant())));
      // Of messages that have accumulated, only the latest are handled.
      case CoordinatorPayload.Delayed delayed ->
          clock.instant().isAfter(delayed.until())
              ? List.of()
              : List.of(() -> coordinator.on(new Event.Tick(job)));
      case CoordinatorPayload.Commanded commanded ->
          List.of(
              () ->
                  new CommandCalls(checkpoints, coordinator)
                      .execute(job, commanded.text(), response));
      case CoordinatorPayload.Received happened -> List.of(() -> coordinator.on(happened.event()));
    };
  }

  /** Returns the job's item, which the very first invocation creates. */
  private Job job() {
    if (located.isEmpty()) {
      checkpoints.create(Job.create(deployment.job(), deployment.settings()));
      deployments.find(deployment.job()).ifPresent(deployment::requireSameStream);
    }
    return checkpoints
        .job(deployment.job())
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "job "
                        + deployment.job()
                        + " was just deleted from the table; the next tick creates it again"));
  }

  /**
   * Returns the coordinator for the location of the job's files. A function may register the
   * location after the coordinator's first invocation; until then the job has no files.
   */
  private Coordinator coordinator(CheckpointSettings settings) {
    StorageLocation location = StorageLocation.of(settings);
    if (located.isEmpty() || !located.get().location().equals(location)) {
      Deployment deployed = deployment.withStorage(location.toString());
      deployed.requireSameStorage(registrations.of(deployment.job()));
      deployments.register(deployed);
      located = Optional.of(new Located(location, connecting.apply(settings)));
    }
    return located.get().coordinator();
  }
}
