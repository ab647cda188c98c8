package dev.cairn.cdk;

import dev.cairn.settings.FlinkDuration;
import dev.cairn.settings.Options;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.events.IEventBus;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.RuleTargetInput;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.events.targets.LambdaFunction;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.lambda.CfnEventSourceMapping;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.sqs.Queue;
import software.amazon.awscdk.services.sqs.QueueEncryption;
import software.constructs.Construct;

/** The coordinator's function, and everything that invokes it. */
final class CoordinatorParts {
  private static final String HANDLER = CoordinatorCode.HANDLER + "::handleRequest";
  private static final int MEMORY_MIB = 1024;

  /**
   * The longest time-out that Lambda has. A command may need to read a shard over days in which
   * nothing arrived. A coordinator that ends early is followed by the next.
   */
  private static final Duration TIMEOUT = Duration.ofMinutes(15);

  /** Older ticks are dropped: later ticks have followed them. */
  private static final Duration TICKS_KEPT = Duration.ofMinutes(5);

  private static final Map<String, String> TICK = Map.of("cairn", "tick");

  private final Construct scope;
  private final ConstructSettings settings;
  private final DataStores.Made stores;
  private final Queue tickQueue;
  private final Function function;

  /**
   * @param task the function that it wakes and whose mapping it enables and disables
   */
  CoordinatorParts(
      Construct scope,
      ConstructSettings settings,
      DataStores.Made stores,
      Permissions permissions,
      FunctionParts parts,
      TaskParts task) {
    this.scope = scope;
    this.settings = settings;
    this.stores = stores;
    this.tickQueue = queue();
    this.function = function(permissions, parts, task);
    ticks();
    tableStreamMapping();
  }

  Function function() {
    return function;
  }

  Queue tickQueue() {
    return tickQueue;
  }

  /** The coordinator sets each message's delay. A late tick does no harm. */
  private Queue queue() {
    Queue.Builder queue = Queue.Builder.create(scope, "TickQueue");
    return settings
        .encryptionKey()
        .map(key -> queue.encryption(QueueEncryption.KMS).encryptionMasterKey(key))
        .orElseGet(() -> queue.encryption(QueueEncryption.SQS_MANAGED))
        .enforceSsl(true)
        .visibilityTimeout(ConstructSettings.seconds(TIMEOUT))
        .retentionPeriod(ConstructSettings.seconds(TICKS_KEPT))
        .removalPolicy(RemovalPolicy.DESTROY)
        .build();
  }

  private Function function(Permissions permissions, FunctionParts parts, TaskParts task) {
    LogGroup logs = settings.logGroup(scope, "CoordinatorLogs");
    Role role =
        permissions.coordinator(
            scope,
            logs.getLogGroupArn(),
            tickQueue.getQueueArn(),
            task.called().getFunctionArn(),
            sourceMappingArn(task),
            settings.events().map(IEventBus::getEventBusArn));
    return parts.end(
        parts
            .begin("Coordinator")
            .description("Cairn job " + settings.job() + ": checkpoints and restores")
            .memorySize(MEMORY_MIB)
            .timeout(ConstructSettings.seconds(TIMEOUT))
            .handler(HANDLER)
            .code(CoordinatorCode.asset(scope))
            .role(role)
            .logGroup(logs)
            .environment(environment(task))
            .retryAttempts(0)
            .maxEventAge(software.amazon.awscdk.Duration.minutes(1)));
  }

  private String sourceMappingArn(TaskParts task) {
    return Stack.of(scope)
        .formatArn(
            ArnComponents.builder()
                .service("lambda")
                .resource("event-source-mapping")
                .resourceName(task.sourceMapping().getRef())
                .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
                .build());
  }

  private Map<String, String> environment(TaskParts task) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("CAIRN_JOB", settings.job().value());
    environment.put("CAIRN_STAGE", settings.stage().value());
    environment.put("CAIRN_TABLE", stores.table().getTableName());
    environment.put("CAIRN_STREAM", stores.stream().getStreamName());
    environment.put("CAIRN_SOURCE_MAPPING", task.sourceMapping().getRef());
    environment.put("CAIRN_TASK_FUNCTION", task.called().getFunctionArn());
    environment.put("CAIRN_TASK_TIMEOUT", FlinkDuration.print(settings.lambda().timeout()));
    settings
        .lambda()
        .reservedConcurrency()
        .ifPresent(
            reserved -> environment.put("CAIRN_RESERVED_CONCURRENCY", Integer.toString(reserved)));
    StreamProperties.of(stores.stream())
        .shards()
        .ifPresent(shards -> environment.put("CAIRN_STREAM_SHARDS", Integer.toString(shards)));
    environment.put("CAIRN_TICK_QUEUE", tickQueue.getQueueUrl());
    settings.events().ifPresent(bus -> environment.put("CAIRN_EVENT_BUS", bus.getEventBusArn()));
    environment.putAll(settings.variables(Options.all(), stores.bucket()));
    return environment;
  }

  /** A rule fires once a minute at most; the queue delivers the ticks in between. */
  private void ticks() {
    Rule.Builder.create(scope, "Tick")
        .description("Cairn job " + settings.job() + ": is a checkpoint due?")
        .schedule(Schedule.rate(software.amazon.awscdk.Duration.minutes(1)))
        .targets(
            List.of(
                LambdaFunction.Builder.create(function)
                    .event(RuleTargetInput.fromObject(TICK))
                    .retryAttempts(0)
                    .maxEventAge(software.amazon.awscdk.Duration.minutes(1))
                    .build()))
        .build();
    CfnEventSourceMapping.Builder.create(scope, "TickQueueMapping")
        .eventSourceArn(tickQueue.getQueueArn())
        .functionName(function.getFunctionArn())
        .batchSize(1)
        .build();
  }

  /** Delivers only items that the coordinator acts on. The next tick covers a lost delivery. */
  private void tableStreamMapping() {
    CfnEventSourceMapping.Builder.create(scope, "TableStreamMapping")
        .eventSourceArn(stores.table().getTableStreamArn())
        .functionName(function.getFunctionArn())
        .startingPosition("TRIM_HORIZON")
        .batchSize(100)
        .maximumBatchingWindowInSeconds(0)
        .parallelizationFactor(1)
        .maximumRetryAttempts(2)
        .maximumRecordAgeInSeconds(300)
        .filterCriteria(
            CfnEventSourceMapping.FilterCriteriaProperty.builder()
                .filters(
                    TableStreamFilters.of(settings.job()).stream()
                        .map(
                            pattern ->
                                CfnEventSourceMapping.FilterProperty.builder()
                                    .pattern(pattern)
                                    .build())
                        .toList())
                .build())
        .build();
  }
}
