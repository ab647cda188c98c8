package dev.cairn.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.deployment.DeployedClients;
import dev.cairn.deployment.Environment;
import dev.cairn.deployment.StorageLocation;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.DynamoDbRegistrations;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.job.Registration;
import dev.cairn.job.StorageMovedException;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.metrics.EmbeddedMetrics;
import dev.cairn.retry.Backoff;
import dev.cairn.state.BlockChecksum;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import dev.cairn.task.Task;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The Lambda handler of the task. Users deploy it with their function; environment variables name
 * the function and the job.
 */
public final class TaskHandler implements RequestStreamHandler {
  private static final Logger LOG = System.getLogger(TaskHandler.class.getName());
  private static final Pattern FUNCTION_ARN =
      Pattern.compile("arn:[^:]+:lambda:[^:]*:([^:]+):function:.*");
  private static final String ON_DEMAND = "on-demand";
  private static final String SNAP_START = "snap-start";
  // The longest total time of a call during priming; nothing else depends on it.
  private static final Duration PRIMING = Duration.ofSeconds(10);

  private final TaskEnvironment environment;
  private final Runnable endProcess;
  private Optional<Connected> connected = Optional.empty();
  private Optional<Started> started = Optional.empty();

  private record Connected(
      DynamoDbClient dynamoDb, S3Client s3, KinesisClient kinesis, Backoff backoff) {}

  private record Started(
      CodeRegistration codeRegistration,
      Task<?> task,
      TaskEndpoint endpoint,
      MemoryMetrics memory,
      FileStorage storage) {

    void reportMemory() {
      memory.report(task.largestState());
    }
  }

  /**
   * Reads the environment, loads the function's class and creates the clients.
   *
   * <p>With SnapStart, many containers continue from one snapshot of this process. Objects created
   * here are therefore used once, so that their classes are loaded and compiled, and discarded:
   * each container creates its own clients, ids and caches at its first invocation.
   *
   * <p>A class that cannot be loaded fails the deployment, if Lambda initializes the function when
   * it is deployed. Otherwise each invocation records it as its shard's failure.
   *
   * @throws Environment.SettingException if a variable is missing or invalid; the message names it
   * @throws FunctionNotLoadedException if the class cannot be loaded and a deployment waits for it
   */
  public TaskHandler() {
    this(System.getenv(), () -> System.exit(1));
  }

  /**
   * @param endProcess ends this process, so that the next invocation begins a new one
   */
  TaskHandler(Map<String, String> variables, Runnable endProcess) {
    this.endProcess = endProcess;
    this.environment = TaskEnvironment.read(new Environment(variables));
    String initialization = variables.getOrDefault("AWS_LAMBDA_INITIALIZATION_TYPE", ON_DEMAND);
    if (!initialization.equals(ON_DEMAND)) {
      environment.function().requireLoaded();
    }
    if (initialization.equals(SNAP_START)) {
      prime(connect());
    } else {
      this.connected = Optional.of(connect());
    }
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Started running = started(input, context);
    CodeRegistration codeRegistration = running.codeRegistration();
    try {
      codeRegistration.make();
    } catch (StorageMovedException e) {
      record(e, input, context);
      throw e;
    }
    try {
      running.endpoint().handle(input, output, () -> remaining(context));
    } catch (ForeignStreamException e) {
      codeRegistration.noteRefused(e);
      throw e;
    } finally {
      running.reportMemory();
    }
  }

  /**
   * Returns the objects that this container creates at its first invocation. If that fails, the
   * failure is recorded for the shard.
   */
  private Started started(InputStream input, Context context) {
    if (started.isEmpty()) {
      try {
        // The first invocation's remaining time is nearly that of any invocation.
        started = Optional.of(start(connected(), remaining(context), own(context)));
      } catch (FunctionNotLoadedException e) {
        record(e, input, context);
        // A static initializer runs once per process, and may have failed for a temporary reason.
        LOG.log(Level.ERROR, "this process ends because it cannot load the function", e);
        endProcess.run();
        throw e;
      } catch (RuntimeException | LinkageError e) {
        record(e, input, context);
        throw e;
      }
    }
    return started.get();
  }

  private Connected connected() {
    if (connected.isEmpty()) {
      connected = Optional.of(connect());
    }
    return connected.get();
  }

  private void record(Throwable error, InputStream input, Context context) {
    try {
      CheckpointSettings settings = environment.settings();
      new StartFailureRecorder(
              taskSettings(settings, remaining(context)),
              ports(connected(), settings, StorageLocation.of(settings)),
              own(context))
          .record(input, error, () -> remaining(context));
    } catch (RuntimeException e) {
      error.addSuppressed(e);
    }
  }

  /** Returns the stream named by the settings, in the function's account. */
  private OwnStream own(Context context) {
    Matcher arn = FUNCTION_ARN.matcher(String.valueOf(context.getInvokedFunctionArn()));
    return arn.matches()
        ? OwnStream.named(environment.stream(), arn.group(1))
        : OwnStream.named(environment.stream());
  }

  private static Duration remaining(Context context) {
    return Duration.ofMillis(context.getRemainingTimeInMillis());
  }

  private Started start(Connected connected, Duration timeout, OwnStream stream) {
    CodeDescription code = CodeDescription.of(environment.function().create());
    CheckpointSettings settings = code.appliedTo(environment.settings());
    StorageLocation location = StorageLocation.of(settings);
    Registration registration =
        code.registration(
                environment.job(), environment.stage(), environment.version(), location.toString())
            .withStream(environment.stream());
    TaskPorts ports = ports(connected, settings, location);
    Task<?> task =
        new Task<>(taskSettings(settings, timeout), ports, environment.function()::create);
    return new Started(
        new CodeRegistration(
            new DynamoDbRegistrations(
                connected.dynamoDb(), environment.table(), connected.backoff()),
            registration,
            ports.clock()),
        task,
        new TaskEndpoint(task, stream),
        new MemoryMetrics(metrics(ports.clock()), ports.clock()),
        ports.storage());
  }

  private TaskSettings taskSettings(CheckpointSettings settings, Duration timeout) {
    return TaskSettings.of(environment.job(), environment.stage())
        .withStart(environment.start())
        .withFailurePolicy(environment.failurePolicy())
        .withInlineThreshold(settings.dataInlineThreshold())
        .withAggregates(settings.aggregateHashKey(), settings.aggregateOutsideShard())
        .withTimeout(timeout);
  }

  private TaskPorts ports(
      Connected connected, CheckpointSettings settings, StorageLocation location) {
    DynamoDbClient dynamoDb = connected.dynamoDb();
    Backoff backoff = connected.backoff();
    InstantSource clock = InstantSource.system();
    return new TaskPorts(
        new DynamoDbJournal(dynamoDb, environment.table(), backoff),
        new DynamoDbCheckpointStore(
            dynamoDb, environment.table(), backoff, clock, environment.settings()),
        location.open(
            connected::s3,
            dynamoDb,
            environment.table(),
            backoff,
            clock,
            settings.maxInlineStateSize()),
        new KinesisStreamReader(connected.kinesis(), environment.stream(), backoff),
        new BlockChecksum(),
        clock,
        () -> new EntryId(UUID.randomUUID().toString()),
        new DeadLetterMetrics(metrics(clock)));
  }

  private EmbeddedMetrics metrics(InstantSource clock) {
    return new EmbeddedMetrics(environment.job(), clock, System.out::println);
  }

  private static Connected connect() {
    return new Connected(
        DeployedClients.configure(DynamoDbClient.builder()).build(),
        DeployedClients.configure(S3Client.builder()).build(),
        DeployedClients.configure(KinesisClient.builder()).build(),
        Backoff.sleeping());
  }

  /** Runs the steps of an invocation that write nothing. */
  private void prime(Connected primed) {
    try {
      byte[] wake = "{\"cairn\":\"wake\",\"shard\":\"priming\"}".getBytes(StandardCharsets.UTF_8);
      Started unused = start(primed, PRIMING, OwnStream.named(environment.stream()));
      unused
          .endpoint()
          .handle(new ByteArrayInputStream(wake), OutputStream.nullOutputStream(), () -> PRIMING);
      unused.storage().get(Layout.metadata(environment.job(), new CheckpointId(1)));
    } catch (IOException | RuntimeException e) {
      // For example, the table does not exist yet. The first invocation fails in the same way and
      // reports it.
      LOG.log(Level.WARNING, "priming ended early: {0}", e.toString());
    }
  }
}
