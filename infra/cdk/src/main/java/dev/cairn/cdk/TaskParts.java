package dev.cairn.cdk;

import dev.cairn.settings.Options;
import dev.cairn.state.StartPosition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.CfnEventSourceMapping;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.EventInvokeConfigOptions;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.lambda.SnapStartConf;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/**
 * The function that applies records, and its event source mapping. The mapping's settings are part
 * of the protocol: a discarded record would silently make state wrong.
 */
final class TaskParts {
  private static final String HANDLER = FunctionCode.TASK_HANDLER + "::handleRequest";
  private static final int LONGEST_DESCRIPTION = 256;

  private final Construct scope;
  private final ConstructSettings settings;
  private final Function function;
  private final IFunction called;
  private final CfnEventSourceMapping sourceMapping;

  TaskParts(
      Construct scope,
      ConstructSettings settings,
      DataStores.Made stores,
      Permissions permissions,
      FunctionParts parts) {
    this.scope = scope;
    this.settings = settings;
    this.function = function(stores, permissions, parts);
    this.called = settings.lambda().snapStart() ? snapStarted() : function;
    this.sourceMapping = mapping(stores);
  }

  Function function() {
    return function;
  }

  /** Returns the function, or the alias of it, that the mapping and the coordinator invoke. */
  IFunction called() {
    return called;
  }

  /** Returns the event source mapping, which is disabled while the job is halted. */
  CfnEventSourceMapping sourceMapping() {
    return sourceMapping;
  }

  /**
   * Another job name gives another function and mapping, which begins at the job's start. The
   * previous mapping would continue from its cursor, and the new job's state would lack all earlier
   * records.
   */
  private String ofJob(String id) {
    return id + "-" + settings.job() + "-" + settings.stage();
  }

  private Function function(DataStores.Made stores, Permissions permissions, FunctionParts parts) {
    LogGroup logs = settings.logGroup(scope, "TaskLogs");
    Role role = permissions.task(scope, logs.getLogGroupArn());
    ConstructSettings.Lambda lambda = settings.lambda();
    Function.Builder function =
        parts
            .begin(ofJob("Task"))
            .description(description())
            .memorySize(lambda.memoryMiB())
            .timeout(ConstructSettings.seconds(lambda.timeout()))
            .handler(HANDLER)
            .code(Code.fromAsset(settings.code().toString()))
            .role(role)
            .logGroup(logs)
            .environment(environment(stores));
    lambda.reservedConcurrency().ifPresent(function::reservedConcurrentExecutions);
    if (!lambda.snapStart()) {
      return parts.end(
          function.retryAttempts(0).maxEventAge(software.amazon.awscdk.Duration.minutes(1)));
    }
    Function snapStarted = parts.end(function.snapStart(SnapStartConf.ON_PUBLISHED_VERSIONS));
    // The alias calls a published version.
    Annotations.of(snapStarted).acknowledgeWarning("@aws-cdk/aws-lambda:snapStartRequirePublish");
    return snapStarted;
  }

  /** Shortens the class name to the length that Lambda accepts for a description. */
  private String description() {
    String whole = "Cairn job " + settings.job() + ": " + settings.functionClass();
    return whole.length() <= LONGEST_DESCRIPTION
        ? whole
        : whole.substring(0, LONGEST_DESCRIPTION - 3) + "...";
  }

  private Map<String, String> environment(DataStores.Made stores) {
    // The check has already refused user variables with Cairn's names.
    Map<String, String> environment = new TreeMap<>(settings.lambda().environment());
    environment.put("CAIRN_JOB", settings.job().value());
    environment.put("CAIRN_STAGE", settings.stage().value());
    environment.put("CAIRN_TABLE", stores.table().getTableName());
    environment.put("CAIRN_STREAM", stores.stream().getStreamName());
    environment.put("CAIRN_FUNCTION", settings.functionClass());
    environment.put("CAIRN_START", startText());
    environment.put("CAIRN_FAILURE_POLICY", settings.failurePolicy().name());
    // Other settings are left out: a new interval should not publish a new version of the function.
    environment.putAll(settings.variables(Options.ofTasks(), stores.bucket()));
    return environment;
  }

  private String startText() {
    return switch (settings.start()) {
      case StartPosition.TrimHorizon t -> "TRIM_HORIZON";
      case StartPosition.AtTimestamp(Instant time) -> time.toString();
    };
  }

  /**
   * SnapStart takes snapshots of published versions, so the mapping and the coordinator invoke a
   * version by its alias.
   */
  private Alias snapStarted() {
    Alias alias =
        Alias.Builder.create(scope, ofJob("Live"))
            .aliasName("live")
            .version(function.getCurrentVersion())
            .build();
    // Failed wakes are not retried: the next tick sends another one if it is still needed.
    alias.configureAsyncInvoke(
        EventInvokeConfigOptions.builder()
            .retryAttempts(0)
            .maxEventAge(software.amazon.awscdk.Duration.minutes(1))
            .build());
    return alias;
  }

  /**
   * All settings here are part of the protocol: a discarded record would silently make state wrong.
   */
  private CfnEventSourceMapping mapping(DataStores.Made stores) {
    CfnEventSourceMapping.Builder mapping =
        CfnEventSourceMapping.Builder.create(scope, ofJob("SourceMapping"))
            .eventSourceArn(stores.stream().getStreamArn())
            .functionName(called.getFunctionArn())
            .batchSize(settings.batches().mostRecords())
            .maximumBatchingWindowInSeconds(settings.batches().window().toSeconds())
            .parallelizationFactor(1)
            .functionResponseTypes(List.of("ReportBatchItemFailures"))
            .maximumRetryAttempts(-1)
            .maximumRecordAgeInSeconds(-1)
            .bisectBatchOnFunctionError(false);
    switch (settings.start()) {
      case StartPosition.TrimHorizon t -> mapping.startingPosition("TRIM_HORIZON");
      case StartPosition.AtTimestamp(Instant time) ->
          mapping
              .startingPosition("AT_TIMESTAMP")
              .startingPositionTimestamp(time.toEpochMilli() / 1000.0);
    }
    return mapping.build();
  }
}
