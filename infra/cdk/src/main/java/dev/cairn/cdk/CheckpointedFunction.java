package dev.cairn.cdk;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Option;
import dev.cairn.settings.Options;
import dev.cairn.settings.RetentionOnCancellation;
import dev.cairn.settings.SettingSource;
import dev.cairn.settings.StorageKind;
import dev.cairn.state.StartPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.dynamodb.Table;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.events.IEventBus;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.CfnEventSourceMapping;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sqs.Queue;
import software.constructs.Construct;

/**
 * A whole Cairn job in your stack: a keyed function on a stream, its state, its checkpoints, and
 * the coordinator that takes them.
 *
 * <pre>{@code
 * CheckpointedFunction.Builder.create(this, "Orders")
 *     .job("orders")
 *     .function("com.example.Spending")
 *     .code(Path.of("target/function"))
 *     .source(SourceStream.ofShards(4))
 *     .checkpointingInterval(Duration.ofMinutes(1))
 *     .build();
 * }</pre>
 *
 * <p>Creates the table, the bucket (unless {@link Builder#checkpointingWithoutBucket}), the task
 * function with its event source mapping, the coordinator with its rule and queue, a role for each
 * function, alarms and a dashboard. It also creates the stream unless an existing one is given.
 * Settings on which exactness depends cannot be changed: the mapping never discards records, and
 * the bucket accepts each object once. {@code docs/deploying.md} lists everything.
 */
public final class CheckpointedFunction extends Construct {
  private final ConstructSettings settings;
  private final String outputs;
  private final DataStores.Made stores;
  private final Permissions permissions;
  private final TaskParts task;
  private final CoordinatorParts coordinator;
  private final Optional<Function> scrubber;
  private final List<Alarm> alarms;
  private final List<ISecurityGroup> securityGroups;

  private CheckpointedFunction(
      Construct scope,
      String id,
      ConstructSettings settings,
      Optional<CheckpointedFunction> parent) {
    super(scope, id);
    this.settings = settings;
    this.outputs = OutputNames.of(scope, id);
    this.stores =
        parent.map(of -> of.stores).orElseGet(() -> new DataStores(this, settings).make());
    Permissions own = Permissions.of(this, settings, stores);
    this.permissions = parent.map(of -> own.reading(of.permissions)).orElse(own);
    FunctionParts functions = new FunctionParts(this, settings);
    this.task = new TaskParts(this, settings, stores, permissions, functions);
    this.coordinator = new CoordinatorParts(this, settings, stores, permissions, functions, task);
    this.securityGroups = functions.securityGroups();
    this.scrubber =
        settings
            .checkpointing()
            .scrubInterval()
            .map(
                every -> ScrubberParts.make(this, settings, every, stores, permissions, functions));
    Monitoring monitoring =
        new Monitoring(
            settings, task.function(), coordinator.function(), stores.stream().getStreamName());
    this.alarms = monitoring.alarms(this);
    monitoring.dashboard(this, alarms);
    explain();
    new SynthesisWarnings(this, settings).add();
    outputs();
  }

  private void explain() {
    NagReasons.explain(
        coordinator.tickQueue(),
        new NagReasons.Reason(
            "AwsSolutions-SQS3",
            "A tick that is lost is made up for by the rule's next: there is nothing to look into."));
    NagReasons.Reason newerJava =
        new NagReasons.Reason(
            "AwsSolutions-L1",
            "Java 21 is what the functions are tested on; the builder's runtime(…) takes a"
                + " later one.");
    NagReasons.explain(task.function(), newerJava);
    NagReasons.explain(coordinator.function(), newerJava);
    scrubber.ifPresent(function -> NagReasons.explain(function, newerJava));
  }

  private void outputs() {
    output("Job", "The job's name, for cairn --job", settings.job().value());
    output("Table", "The job's table, for cairn --table", stores.table().getTableName());
    stores
        .bucket()
        .ifPresent(bucket -> output("Bucket", "Where checkpoints lie", bucket.getBucketName()));
    output("Stream", "Where records go in", stores.stream().getStreamName());
    output(
        "TaskFunction",
        "What the mapping and the coordinator call",
        task.called().getFunctionArn());
    output(
        "CoordinatorFunction", "Who takes checkpoints", coordinator.function().getFunctionName());
    scrubber.ifPresent(
        function ->
            output("ScrubberFunction", "Who looks for damaged files", function.getFunctionName()));
  }

  private void output(String name, String description, String value) {
    CfnOutput output =
        CfnOutput.Builder.create(this, name + "Name").description(description).value(value).build();
    output.overrideLogicalId(outputs + name);
  }

  /** Returns the stream that the job reads: the created one, or the one that was given. */
  public IStream getStream() {
    return stores.stream();
  }

  /** Returns the table with the journals, the checkpoints and the job's item. */
  public Table getTable() {
    return stores.table();
  }

  /**
   * Returns the bucket with the checkpoint files and dead letters, in a folder of the job's name;
   * empty for a job whose checkpoints lie inside its table.
   */
  public Optional<Bucket> getBucket() {
    return stores.bucket();
  }

  /**
   * Returns the function that applies records. With SnapStart, invocations use its alias {@code
   * live}.
   */
  public Function getTaskFunction() {
    return task.function();
  }

  /** Returns the coordinator, which takes and restores checkpoints. */
  public Function getCoordinatorFunction() {
    return coordinator.function();
  }

  /**
   * Returns the event source mapping that invokes the task. Each minute the coordinator checks
   * those of its settings that the protocol relies on; {@code docs/operations.md} lists them.
   */
  public CfnEventSourceMapping getSourceMapping() {
    return task.sourceMapping();
  }

  /** Returns the security groups of the functions; empty outside a VPC. */
  public List<ISecurityGroup> getSecurityGroups() {
    return securityGroups;
  }

  JobId job() {
    return settings.job();
  }

  /** Returns the stream for a fork of this job. */
  SourceStream.ExistingStream shared() {
    SourceStream.ExistingStream stream = SourceStream.existing(stores.stream());
    return StreamRetention.known(settings).map(stream::keeping).orElse(stream);
  }

  /** Returns the scrubber, which looks for damaged files; empty if the job has none. */
  public Optional<Function> getScrubberFunction() {
    return scrubber;
  }

  /** Returns the queue that delivers the coordinator's ticks between two minutes. */
  public Queue getTickQueue() {
    return coordinator.tickQueue();
  }

  /** Returns all alarms, for example to add actions to them. */
  public List<Alarm> getAlarms() {
    return List.copyOf(alarms);
  }

  /** Collects settings. {@link #build} creates the construct, or throws with all mistakes. */
  public static final class Builder {
    private final Construct scope;
    private final String id;
    private @Nullable String job;
    private String stage = "main";
    private @Nullable String function;
    private @Nullable Path code;
    private @Nullable SourceStream source;
    private Optional<CheckpointedFunction> parent = Optional.empty();
    private StartPosition start = new StartPosition.TrimHorizon();
    private FailurePolicy failurePolicy = FailurePolicy.FAIL;
    // Created last, so that one synthesis reports all mistakes.
    private final List<UnaryOperator<Configuration>> settings = new ArrayList<>();
    private Optional<IEventBus> events = Optional.empty();
    private Runtime runtime = Runtime.JAVA_21;
    private Architecture architecture = Architecture.X86_64;
    private int memoryMiB = 1769;
    private Duration timeout = Duration.ofMinutes(1);
    private boolean snapStart = true;
    private int batchSize = 1000;
    private Duration batchWindow = Duration.ZERO;
    private RemovalPolicy removalPolicy = RemovalPolicy.RETAIN;
    private RetentionDays logRetention = RetentionDays.ONE_MONTH;
    private Optional<ITopic> alarmTopic = Optional.empty();
    private Optional<ITopic> okTopic = Optional.empty();
    private Duration lagAlarm = Duration.ofMinutes(10);
    private Optional<IKey> encryptionKey = Optional.empty();
    private Optional<Network> network = Optional.empty();
    private Optional<Integer> reservedConcurrency = Optional.empty();
    private boolean traced;
    private boolean jsonLogs;
    private final Map<String, String> environment = new TreeMap<>();

    private Builder(Construct scope, String id) {
      this.scope = scope;
      this.id = id;
    }

    /** Creates a builder for a job in this scope. */
    public static Builder create(Construct scope, String id) {
      return new Builder(scope, id);
    }

    /**
     * Sets the job's name, with which all its keys and paths begin. Another name is another job.
     */
    public Builder job(String name) {
      this.job = name;
      return this;
    }

    /** Sets the stage's name, {@code main} by default. */
    public Builder stage(String name) {
      this.stage = name;
      return this;
    }

    /**
     * Sets the full class name of the {@code KeyedFunction}, which needs a public constructor
     * without parameters.
     */
    public Builder function(String className) {
      this.function = className;
      return this;
    }

    /** Sets the function's code: a folder, or a zip of one, with all jars in {@code lib/}. */
    public Builder code(Path folderOrZip) {
      this.code = folderOrZip;
      return this;
    }

    /** Sets the stream to read: a new or an existing one. */
    public Builder source(SourceStream stream) {
      this.source = stream;
      return this;
    }

    /**
     * Deploys a fork of the given job, which {@code cairn fork} began from one of its checkpoints.
     * The fork shares the table, the bucket and the stream, reads the other job's files and writes
     * its own. It has no source of its own. Its name is the one given to {@code cairn fork}.
     */
    public Builder forkOf(CheckpointedFunction job) {
      this.parent = Optional.of(job);
      return this;
    }

    /**
     * Sets where a shard without a journal begins, by default at the oldest record. There is no
     * LATEST: the mapping and the task would resolve it to different positions, and records between
     * the two would be lost.
     */
    public Builder start(StartPosition place) {
      this.start = place;
      return this;
    }

    /** Sets the policy for records that cannot be processed, {@code FAIL} by default. */
    public Builder failurePolicy(FailurePolicy policy) {
      this.failurePolicy = policy;
      return this;
    }

    /**
     * Sets {@code execution.checkpointing.interval}, the time from one trigger to the next: 1 s or
     * more. Without it, no checkpoints are taken on schedule.
     */
    public Builder checkpointingInterval(Duration every) {
      return setting(Options.INTERVAL, Optional.of(every));
    }

    /**
     * Sets {@code execution.checkpointing.timeout}: how long a checkpoint may stay pending, 10
     * minutes by default.
     */
    public Builder checkpointingTimeout(Duration longest) {
      return setting(Options.TIMEOUT, longest);
    }

    /**
     * Sets {@code execution.checkpointing.num-retained}: how many completed checkpoints with
     * different states are kept, 1 by default.
     */
    public Builder checkpointingNumRetained(int checkpoints) {
      return setting(Options.NUM_RETAINED, checkpoints);
    }

    /**
     * Sets {@code execution.checkpointing.min-pause}: the time from the end of one checkpoint to
     * the next trigger, 0 by default.
     */
    public Builder checkpointingMinPause(Duration shortest) {
      return setting(Options.MIN_PAUSE, shortest);
    }

    /**
     * Sets {@code execution.checkpointing.max-concurrent-checkpoints}: how many checkpoints may be
     * pending at a time, 1 by default.
     */
    public Builder checkpointingMaxConcurrent(int most) {
      return setting(Options.MAX_CONCURRENT_CHECKPOINTS, most);
    }

    /**
     * Sets {@code execution.checkpointing.tolerable-failed-checkpoints}: how many checkpoints may
     * fail in a row before the job is FAILED, any number by default.
     */
    public Builder checkpointingTolerableFailures(int most) {
      return setting(Options.TOLERABLE_FAILED_CHECKPOINTS, most);
    }

    /**
     * Sets {@code execution.checkpointing.storage: jobmanager}: checkpoints lie inside the table,
     * for small state, and no bucket is created. It can be set only before the job has checkpoints.
     */
    public Builder checkpointingWithoutBucket() {
      return setting(Options.STORAGE, Optional.of(StorageKind.JOBMANAGER));
    }

    /**
     * Sets {@code execution.checkpointing.externalized-checkpoint-retention}: whether the
     * checkpoints of a cancelled job are retained, which is the default, or deleted.
     */
    public Builder checkpointingRetention(RetentionOnCancellation retention) {
      return setting(Options.EXTERNALIZED_CHECKPOINT_RETENTION, retention);
    }

    /**
     * Sets an option of the catalogue, see {@code docs/settings.md}. A later call overrides an
     * earlier one.
     *
     * @param option one of {@link Options}
     */
    public <T> Builder setting(Option<T> option, T value) {
      this.settings.add(before -> before.with(option, value, SettingSource.CONSTRUCT));
      return this;
    }

    /**
     * Sets all options of a fragment of a Flink configuration, which is YAML: lines of {@code key:
     * value}, as in {@code flink-conf.yaml}, or nested, as in {@code config.yaml}. A later call
     * overrides an earlier one.
     */
    public Builder configuration(String flinkFragment) {
      this.settings.add(before -> before.and(ConfigurationFragment.parse(flinkFragment)));
      return this;
    }

    /**
     * Sets {@code cairn.scrub.interval}: how often the scrubber reads every needed file and
     * compares it with its checksum, once a day by default. {@link Duration#ZERO} turns the
     * scrubber off.
     */
    public Builder scrubInterval(Duration every) {
      return setting(Options.SCRUB_INTERVAL, Optional.of(every).filter(time -> !time.isZero()));
    }

    /** Sets the Java runtime, Java 21 by default. */
    public Builder runtime(Runtime java) {
      this.runtime = java;
      return this;
    }

    /** Sets the processor architecture, x86_64 by default. */
    public Builder architecture(Architecture processor) {
      this.architecture = processor;
      return this;
    }

    /**
     * Sets the task function's memory in MiB, 1769 by default, which corresponds to one processor.
     */
    public Builder memory(int mebibytes) {
      this.memoryMiB = mebibytes;
      return this;
    }

    /** Sets the time-out of the task function, one minute by default. */
    public Builder timeout(Duration longest) {
      this.timeout = longest;
      return this;
    }

    /** Sets whether the task function uses SnapStart, which is on by default. */
    public Builder snapStart(boolean on) {
      this.snapStart = on;
      return this;
    }

    /** Sets the largest number of records of one invocation, 1000 by default. */
    public Builder batchSize(int records) {
      this.batchSize = records;
      return this;
    }

    /** Sets how long the mapping waits for a batch to fill, 0 by default. */
    public Builder batchWindow(Duration longest) {
      this.batchWindow = longest;
      return this;
    }

    /**
     * Sets whether table, bucket, new stream and logs are kept when the construct is removed, which
     * is the default, or deleted. {@code DESTROY} deletes the bucket only if it is empty by then.
     */
    public Builder removalPolicy(RemovalPolicy policy) {
      this.removalPolicy = policy;
      return this;
    }

    /** Sets how long logs are kept, a month by default. */
    public Builder logRetention(RetentionDays days) {
      this.logRetention = days;
      return this;
    }

    /**
     * Sets the topic that is notified when an alarm goes on. Without it alarms are only displayed.
     */
    public Builder alarmTopic(ITopic topic) {
      this.alarmTopic = Optional.of(topic);
      return this;
    }

    /**
     * Sets the topic that is notified when an alarm goes off again. Without it no notification is
     * sent.
     */
    public Builder okTopic(ITopic topic) {
      this.okTopic = Optional.of(topic);
      return this;
    }

    /** Sets how long a record may wait before the lag alarm goes on, 10 minutes by default. */
    public Builder lagAlarm(Duration longest) {
      this.lagAlarm = longest;
      return this;
    }

    /**
     * Encrypts table, bucket, tick queue and logs with this key instead of the services' own keys,
     * and also a new stream unless it sets its own encryption. An imported key's policy has to
     * allow CloudWatch Logs to use it.
     */
    public Builder encryptionKey(IKey key) {
      this.encryptionKey = Optional.of(key);
      return this;
    }

    /**
     * Runs the functions in a VPC, which needs access to AWS's endpoints: {@code docs/deploying.md}
     * lists them.
     */
    public Builder vpc(Network there) {
      this.network = Optional.of(there);
      return this;
    }

    /** Sets the reserved concurrency of the task function, which is also its limit. */
    public Builder reservedConcurrency(int containers) {
      this.reservedConcurrency = Optional.of(containers);
      return this;
    }

    /** Sets whether X-Ray traces the functions' invocations, off by default. */
    public Builder tracing(boolean on) {
      this.traced = on;
      return this;
    }

    /** Sets whether Lambda writes its own log lines as JSON; the default is text. */
    public Builder jsonLogs(boolean on) {
      this.jsonLogs = on;
      return this;
    }

    /**
     * Sets an environment variable of the task function, for the user's own code. Cairn's names,
     * those of settings, and Lambda's are refused.
     */
    public Builder environment(String name, String value) {
      this.environment.put(name, value);
      return this;
    }

    /**
     * Sets the event bus that receives events for completed and failed checkpoints, and for a job
     * that is restored, halts, fails or runs again. Without it no events are sent. See {@code
     * docs/monitoring.md}.
     */
    public Builder events(IEventBus bus) {
      this.events = Optional.of(bus);
      return this;
    }

    /**
     * Creates the construct.
     *
     * @throws IllegalArgumentException with all mistakes, and what to change
     */
    public CheckpointedFunction build() {
      SettingsCheck check = new SettingsCheck(scope);
      check.outputs(id);
      Optional<JobId> jobId = check.job(job);
      Optional<StageId> stageId = check.stage(stage);
      Optional<String> functionClass = check.function(function);
      Optional<Path> checkedCode = check.code(code, functionClass);
      Optional<CheckpointSettings> checkpointing = check.checkpointing(settings);
      Optional<SourceStream> checkedSource =
          parent.isPresent()
              ? check.forked(parent.get(), jobId, source)
              : check.source(source, checkpointing);
      check.start(start, Instant.now());
      ConstructSettings.Lambda lambda =
          new ConstructSettings.Lambda(
              runtime,
              architecture,
              memoryMiB,
              timeout,
              snapStart,
              reservedConcurrency,
              traced,
              jsonLogs,
              Map.copyOf(environment));
      check.lambda(lambda);
      check.concurrency(reservedConcurrency, checkedSource);
      check.network(network);
      check.environment(environment);
      check.lagAlarm(lagAlarm, checkedSource, checkpointing);
      check.encryption(encryptionKey.isPresent(), parent.isPresent());
      ConstructSettings.Batches batches = new ConstructSettings.Batches(batchSize, batchWindow);
      check.batches(batches);
      check.removalPolicy(removalPolicy);
      check.throwMistakes(scope.getNode().getPath() + "/" + id);
      return new CheckpointedFunction(
          scope,
          id,
          new ConstructSettings(
              jobId.orElseThrow(),
              stageId.orElseThrow(),
              functionClass.orElseThrow(),
              checkedCode.orElseThrow(),
              checkedSource.orElseThrow(),
              start,
              failurePolicy,
              checkpointing.orElseThrow(),
              lambda,
              batches,
              removalPolicy,
              logRetention,
              new ConstructSettings.Alarming(lagAlarm, alarmTopic, okTopic),
              events,
              encryptionKey,
              network),
          parent);
    }
  }
}
