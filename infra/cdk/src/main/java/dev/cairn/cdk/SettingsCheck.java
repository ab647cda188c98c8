package dev.cairn.cdk;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.FlinkDuration;
import dev.cairn.settings.Option;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import dev.cairn.settings.StorageKind;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FilePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.interfaces.ResourceEnvironment;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.lambda.Runtime;
import software.constructs.Construct;

/** Collects mistakes in settings, so that one synthesis reports all of them. */
final class SettingsCheck {
  private static final Pattern CLASS_NAME =
      Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*(\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*");
  private static final Pattern JAVA = Pattern.compile("java(\\d+)");
  private static final int OLDEST_JAVA = 21;
  private static final Duration SHORTEST_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(15);
  private static final Duration LONGEST_WINDOW = Duration.ofMinutes(5);
  private static final int SMALLEST_MEMORY_MIB = 256;
  private static final int LARGEST_MEMORY_MIB = 10_240;
  private static final int LARGEST_BATCH = 10_000;

  /** The shards of a new on-demand stream, which takes 4 MB/s. */
  private static final int FIRST_SHARDS_ON_DEMAND = 4;

  private static final Duration SHORTEST_LAG = Duration.ofMinutes(1);
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z][A-Za-z0-9_]+");
  private static final int LARGEST_ENVIRONMENT = 3_072;
  private static final Set<String> LAMBDAS_OWN =
      Set.of(
          "AWS_REGION",
          "AWS_DEFAULT_REGION",
          "AWS_ACCESS_KEY_ID",
          "AWS_ACCESS_KEY",
          "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN",
          "AWS_EXECUTION_ENV");

  // The only one of Lambda's variables that a function's owner may set: it starts an extension's
  // wrapper.
  private static final String WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER";

  private final Construct scope;
  private final List<String> mistakes = new ArrayList<>();

  /**
   * @param scope where the construct will be
   */
  SettingsCheck(Construct scope) {
    this.scope = scope;
  }

  private void require(boolean holds, String mistake) {
    if (!holds) {
      mistakes.add(mistake);
    }
  }

  /** Reports the message of the id's own validation as the mistake. */
  private <T> Optional<T> accept(Supplier<T> value) {
    try {
      return Optional.of(value.get());
    } catch (IllegalArgumentException e) {
      mistakes.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private <T> Optional<T> given(@Nullable T value, String whatNext) {
    require(value != null, whatNext);
    return Optional.ofNullable(value);
  }

  /** Outputs belong to the stack and are named after the construct. */
  void outputs(String id) {
    String outputs = OutputNames.of(scope, id);
    new OutputNames(scope)
        .taken(outputs)
        .ifPresent(
            other ->
                mistakes.add(
                    "the outputs of this construct would have the names of those of "
                        + other
                        + ", "
                        + outputs
                        + "Job and so on: give one of the two another id"));
  }

  Optional<JobId> job(@Nullable String job) {
    return given(job, "no job: name it with job(\"orders\")")
        .flatMap(name -> accept(() -> new JobId(name)));
  }

  Optional<StageId> stage(String stage) {
    return accept(() -> new StageId(stage));
  }

  Optional<String> function(@Nullable String className) {
    Optional<String> named =
        given(
            className,
            "no function: name the KeyedFunction's class with function(\"com.example.Orders\")");
    named.ifPresent(
        name ->
            require(
                CLASS_NAME.matcher(name).matches(),
                "function \""
                    + name
                    + "\" is not the name of a class: give the full name of a KeyedFunction,"
                    + " such as com.example.Orders"));
    return named.filter(name -> CLASS_NAME.matcher(name).matches());
  }

  Optional<Path> code(@Nullable Path code, Optional<String> functionClass) {
    Optional<Path> named =
        given(
            code, "no code: give the folder or zip with the function's jars in lib/, with code(…)");
    if (named.isPresent() && functionClass.isPresent()) {
      FunctionCode.mistake(named.get(), functionClass.get()).ifPresent(mistakes::add);
    }
    return named;
  }

  /**
   * Kinesis resolves times to whole milliseconds, and task and mapping must begin at the same one.
   */
  void start(StartPosition start, Instant now) {
    if (start instanceof StartPosition.AtTimestamp(Instant time)) {
      require(
          !time.isAfter(now),
          "start "
              + time
              + " is in the future, which Lambda refuses: choose a time that has passed");
      require(
          time.equals(time.truncatedTo(ChronoUnit.MILLIS)),
          "start " + time + " is finer than a millisecond, which Kinesis cannot tell: truncate it");
    }
  }

  /**
   * @param changes the builder's settings, in the order of the calls
   */
  Optional<CheckpointSettings> checkpointing(List<UnaryOperator<Configuration>> changes) {
    Configuration combined =
        shown(shown(Configuration.DEFAULTS, Options.TIMEOUT), Options.NUM_RETAINED);
    for (UnaryOperator<Configuration> change : changes) {
      Configuration before = combined;
      combined = accept(() -> change.apply(before)).orElse(before);
    }
    Configuration all = combined;
    require(
        all.place(Options.CHECKPOINT_DIRECTORY).isEmpty(),
        Options.CHECKPOINT_DIRECTORY
            + " cannot be set here: the construct makes the bucket and sets it to that; leave"
            + " it out");
    savepoints(all.get(Options.SAVEPOINT_DIRECTORY));
    boolean isInline =
        all.get(Options.STORAGE).filter(kind -> kind == StorageKind.JOBMANAGER).isPresent();
    return accept(
        () ->
            new CheckpointSettings(
                    isInline
                        ? all
                        : all.with(
                            Options.CHECKPOINT_DIRECTORY,
                            Optional.of(ConstructSettings.OWN_BUCKET),
                            SettingSource.CONSTRUCT))
                .requireDeployable());
  }

  /** A bucket of the same app has no name at synthesis. */
  private void savepoints(Optional<String> directory) {
    directory
        .filter(place -> !Boolean.TRUE.equals(Token.isUnresolved(place)))
        .map(place -> place.replaceAll("/+$", ""))
        .flatMap(SettingsCheck::pathMistake)
        .ifPresent(why -> mistakes.add(Options.SAVEPOINT_DIRECTORY + ": " + why));
  }

  private static Optional<String> pathMistake(String directory) {
    try {
      var unused = new FilePath(directory);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Sets an option to its default explicitly, so that it is visible in a function's environment.
   */
  private static <T> Configuration shown(Configuration before, Option<T> option) {
    return before.with(option, option.defaultValue(), SettingSource.CONSTRUCT);
  }

  Optional<SourceStream> source(
      @Nullable SourceStream source, Optional<CheckpointSettings> checkpointing) {
    Optional<SourceStream> named =
        given(
            source,
            "no stream: give source(SourceStream.ofShards(4)) or source(SourceStream.onDemand())"
                + " for a new one, or source(SourceStream.existing(stream))");
    named.ifPresent(
        stream -> {
          switch (stream) {
            case SourceStream.NewStream made -> newStream(made, checkpointing);
            case SourceStream.ExistingStream existing -> sameEnvironment(existing.stream());
          }
        });
    return named;
  }

  /**
   * The functions find the stream by its name, which denotes another stream in another region or
   * account.
   */
  private void sameEnvironment(IStream stream) {
    Stack here = Stack.of(scope);
    ResourceEnvironment there = stream.getEnv();
    differs(there.getAccount(), here.getAccount(), "account", stream);
    differs(there.getRegion(), here.getRegion(), "region", stream);
  }

  private void differs(String there, String here, String what, IStream stream) {
    require(
        there.equals(here)
            || Boolean.TRUE.equals(Token.isUnresolved(there))
            || Boolean.TRUE.equals(Token.isUnresolved(here)),
        "the stream "
            + stream.getStreamName()
            + " is in "
            + what
            + " "
            + there
            + ", and this stack is in "
            + here
            + ": the functions read a stream of their own account and region; deploy the job there,"
            + " or have the records copied into a stream here");
  }

  /** A fork reads its parent's stream, from where the checkpoint stands in it. */
  Optional<SourceStream> forked(
      CheckpointedFunction parent, Optional<JobId> job, @Nullable SourceStream source) {
    require(
        source == null,
        "forkOf(…) and source(…): a fork reads the stream of the job that it began from; leave the"
            + " source out");
    require(
        !job.equals(Optional.of(parent.job())),
        "a fork called "
            + parent.job()
            + " as the job that it began from: give it the name that cairn fork gave it");
    return Optional.of(parent.shared());
  }

  private void newStream(
      SourceStream.NewStream stream, Optional<CheckpointSettings> checkpointing) {
    stream
        .shards()
        .ifPresent(
            shards -> require(shards >= 1, "a stream of " + shards + " shards: give it 1 or more"));
    if (checkpointing.isEmpty()) {
      return;
    }
    Duration needed = StreamRetention.needed(checkpointing.get());
    require(
        needed.compareTo(StreamRetention.LONGEST) <= 0,
        "num-retained × interval is longer than Kinesis keeps records: "
            + checkpointing.get().numRetained()
            + " checkpoints of every "
            + shown(checkpointing.get().interval().orElse(Duration.ZERO))
            + " need a retention of "
            + needed.toHours()
            + " h, and 8760 h are possible; retain fewer or shorten the interval");
    stream.retention().ifPresent(retention -> retention(retention, needed));
  }

  private void retention(Duration retention, Duration needed) {
    boolean isPossible =
        retention.equals(Duration.ofHours(retention.toHours()))
            && retention.compareTo(StreamRetention.SHORTEST) >= 0
            && retention.compareTo(StreamRetention.LONGEST) <= 0;
    require(
        isPossible,
        "retention "
            + shown(retention)
            + " is not possible: Kinesis keeps records for whole hours, from 24 to 8760");
    require(
        !isPossible || retention.compareTo(needed) >= 0,
        "retention "
            + shown(retention)
            + " is too short to restore every retained checkpoint: keep records for "
            + needed.toHours()
            + " h or more (twice num-retained × interval, and an hour for the replay), or"
            + " retain fewer checkpoints");
  }

  void lambda(ConstructSettings.Lambda lambda) {
    Matcher java = JAVA.matcher(lambda.runtime().getName());
    require(
        java.matches() && Integer.parseInt(java.group(1)) >= OLDEST_JAVA,
        "runtime "
            + lambda.runtime().getName()
            + " cannot run a Cairn function: choose "
            + Runtime.JAVA_21.getName()
            + " or a later Java");
    require(
        lambda.memoryMiB() >= SMALLEST_MEMORY_MIB && lambda.memoryMiB() <= LARGEST_MEMORY_MIB,
        "memory "
            + lambda.memoryMiB()
            + " MiB is not possible: choose 256 to 10240, enough for the state of a shard or two");
    require(
        lambda.timeout().compareTo(SHORTEST_TIMEOUT) >= 0
            && lambda.timeout().compareTo(LONGEST_TIMEOUT) <= 0
            && isWholeSeconds(lambda.timeout()),
        "function timeout "
            + shown(lambda.timeout())
            + " is not possible: choose whole seconds from 10 s, as the task keeps 2 s for"
            + " journalling, to 15 min, Lambda's longest");
  }

  /**
   * Each shard may have a batch in progress at the same time, and one more invocation may be a
   * wake.
   */
  void concurrency(Optional<Integer> reserved, Optional<SourceStream> source) {
    if (reserved.isEmpty()) {
      return;
    }
    if (source.filter(SourceStream::isOnDemand).isPresent()) {
      require(
          reserved.get() > FIRST_SHARDS_ON_DEMAND,
          "reserved concurrency "
              + reserved.get()
              + " is too low: an on-demand stream begins with "
              + FIRST_SHARDS_ON_DEMAND
              + " shards and Kinesis splits them, and each shard's batch needs a container, and a"
              + " wake another one; leave it out, or reserve what the largest number of shards"
              + " needs, at least "
              + (FIRST_SHARDS_ON_DEMAND + 1));
      return;
    }
    int shards = source.flatMap(SettingsCheck::shards).filter(known -> known >= 1).orElse(1);
    int needed = shards + 1;
    require(
        reserved.get() >= needed,
        "reserved concurrency "
            + reserved.get()
            + " is too low: each shard's batch needs a container, and a wake another one; reserve "
            + needed
            + " or more");
  }

  private static Optional<Integer> shards(SourceStream source) {
    return switch (source) {
      case SourceStream.NewStream made -> made.shards();
      case SourceStream.ExistingStream existing -> StreamProperties.of(existing.stream()).shards();
    };
  }

  /** Functions in a public subnet get no public address, so they reach no endpoint of AWS. */
  void network(Optional<Network> network) {
    network.ifPresent(
        chosen ->
            require(
                !Boolean.TRUE.equals(
                    chosen
                        .vpc()
                        .selectSubnets(
                            chosen.subnets().orElseGet(() -> SubnetSelection.builder().build()))
                        .getHasPublic()),
                "vpc(…) puts the functions into public subnets, where they reach no AWS endpoint:"
                    + " choose private or isolated ones with Network.of(vpc).in(…)"));
  }

  /** Variables for the user's code must not change Cairn's own settings. */
  void environment(Map<String, String> variables) {
    variables
        .keySet()
        .forEach(
            name ->
                variableMistake(name)
                    .ifPresent(why -> mistakes.add("environment variable " + name + " " + why)));
    int size =
        variables.entrySet().stream()
            .mapToInt(variable -> bytes(variable.getKey()) + bytes(variable.getValue()))
            .sum();
    require(
        size <= LARGEST_ENVIRONMENT,
        "environment variables of "
            + size
            + " bytes are too much: Lambda takes 4 KB, of which Cairn needs a part; keep them"
            + " below "
            + LARGEST_ENVIRONMENT
            + ", and put more into a parameter or a secret");
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static Optional<String> variableMistake(String name) {
    if (!VARIABLE.matcher(name).matches()) {
      return Optional.of(
          "is not a name that Lambda takes: begin with a letter, and use letters, digits and _, two"
              + " characters or more");
    }
    if (name.startsWith("CAIRN_")) {
      return Optional.of("is reserved: names that begin with CAIRN_ are Cairn's own; rename it");
    }
    if (isSetting(name)) {
      return Optional.of("sets an option: use setting(…) or configuration(…) instead");
    }
    if (name.equals(WRAPPER)) {
      return Optional.empty();
    }
    if (name.startsWith("AWS_LAMBDA_")
        || name.startsWith("LAMBDA_")
        || LAMBDAS_OWN.contains(name)) {
      return Optional.of("is reserved by Lambda, which sets it itself; rename it");
    }
    return Optional.empty();
  }

  private static boolean isSetting(String name) {
    try {
      return Options.nameOf(name).isPresent();
    } catch (IllegalArgumentException e) {
      // Refuses a name that looks like an option but is none: the function would fail to start.
      return true;
    }
  }

  void lagAlarm(
      Duration lag, Optional<SourceStream> source, Optional<CheckpointSettings> checkpointing) {
    require(
        lag.compareTo(SHORTEST_LAG) >= 0,
        "lag alarm "
            + shown(lag)
            + " is not possible: CloudWatch looks at minutes; choose 1 min or more");
    source
        .flatMap(stream -> StreamRetention.known(stream, checkpointing))
        .filter(retention -> lag.compareTo(retention) >= 0)
        .ifPresent(
            retention ->
                mistakes.add(
                    "lag alarm "
                        + shown(lag)
                        + " would come too late: the stream keeps records for "
                        + shown(retention)
                        + "; choose much less"));
  }

  void encryption(boolean hasKey, boolean isFork) {
    require(
        !hasKey || !isFork,
        "encryptionKey(…) of a fork: its table and bucket are its parent's, and so is their key;"
            + " leave it out");
  }

  void batches(ConstructSettings.Batches batches) {
    require(
        batches.mostRecords() >= 1 && batches.mostRecords() <= LARGEST_BATCH,
        "batch size " + batches.mostRecords() + " is not possible: choose 1 to 10000");
    require(
        !batches.window().isNegative()
            && batches.window().compareTo(LONGEST_WINDOW) <= 0
            && isWholeSeconds(batches.window()),
        "batch window "
            + shown(batches.window())
            + " is not possible: choose whole seconds from 0 s to 5 min");
  }

  void removalPolicy(RemovalPolicy policy) {
    require(
        policy == RemovalPolicy.RETAIN || policy == RemovalPolicy.DESTROY,
        "removal policy "
            + policy
            + " is not possible: table, bucket and stream are worth something only together,"
            + " and a bucket has no snapshot; choose RETAIN or DESTROY");
  }

  private static boolean isWholeSeconds(Duration duration) {
    return duration.equals(Duration.ofSeconds(duration.toSeconds()));
  }

  private static String shown(Duration duration) {
    return duration.isNegative() ? duration.toString() : FlinkDuration.print(duration);
  }

  /** Ends the synthesis if anything is wrong. */
  void throwMistakes(String path) {
    if (!mistakes.isEmpty()) {
      throw new IllegalArgumentException(
          path
              + " cannot be synthesized:"
              + mistakes.stream().map(mistake -> "\n  - " + mistake).reduce("", String::concat));
    }
  }
}
