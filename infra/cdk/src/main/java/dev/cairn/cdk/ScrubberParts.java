package dev.cairn.cdk;

import dev.cairn.settings.FlinkDuration;
import dev.cairn.settings.Options;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.events.targets.LambdaFunction;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/** The scrubber's function, and the rule that invokes it. */
final class ScrubberParts {
  private static final String HANDLER = CoordinatorCode.SCRUBBER + "::handleRequest";
  private static final int MEMORY_MIB = 1024;

  /** Lambda's maximum. A round that takes longer continues in the next invocation. */
  private static final Duration TIMEOUT = Duration.ofMinutes(15);

  /** The longest pause before an unfinished round continues and a repaired file is noticed. */
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private ScrubberParts() {}

  static Function make(
      Construct scope,
      ConstructSettings settings,
      Duration interval,
      DataStores.Made stores,
      Permissions permissions,
      FunctionParts parts) {
    LogGroup logs = settings.logGroup(scope, "ScrubberLogs");
    Function function =
        parts.end(
            parts
                .begin("Scrubber")
                .description("Cairn job " + settings.job() + ": looks for damaged files")
                .memorySize(MEMORY_MIB)
                .timeout(ConstructSettings.seconds(TIMEOUT))
                .handler(HANDLER)
                .code(CoordinatorCode.asset(scope))
                .role(permissions.scrubber(scope, logs.getLogGroupArn()))
                .logGroup(logs)
                .environment(environment(settings, interval, stores))
                .retryAttempts(0)
                .maxEventAge(software.amazon.awscdk.Duration.minutes(1)));
    Duration pause = interval.compareTo(LONGEST_PAUSE) < 0 ? interval : LONGEST_PAUSE;
    Rule.Builder.create(scope, "ScrubRule")
        .description(
            "Cairn job " + settings.job() + ": is a round of the scrubber due, or under way?")
        .schedule(Schedule.rate(software.amazon.awscdk.Duration.minutes(pause.toMinutes())))
        .targets(List.of(LambdaFunction.Builder.create(function).retryAttempts(0).build()))
        .build();
    return function;
  }

  private static Map<String, String> environment(
      ConstructSettings settings, Duration interval, DataStores.Made stores) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("CAIRN_JOB", settings.job().value());
    environment.put("CAIRN_TABLE", stores.table().getTableName());
    environment.put(Options.SCRUB_INTERVAL.variable(), FlinkDuration.print(interval));
    environment.putAll(
        settings.variables(
            List.of(Options.STORAGE, Options.CHECKPOINT_DIRECTORY), stores.bucket()));
    return environment;
  }
}
