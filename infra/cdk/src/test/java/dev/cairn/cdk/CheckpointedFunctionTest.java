package dev.cairn.cdk;

import static dev.cairn.settings.RetentionOnCancellation.DELETE_ON_CANCELLATION;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.settings.DamagedHeadFallback;
import dev.cairn.settings.Options;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.RetentionDays;

/** The functions of a job: how they run, and what they are told. */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class CheckpointedFunctionTest {
  private static final String FUNCTION = "AWS::Lambda::Function";
  private static final String MAPPING = "AWS::Lambda::EventSourceMapping";

  @Test
  void theFunctionsAreToldWhatTheyNeed() {
    assertThat(DefaultJob.TEMPLATE.environment("OrdersTaskordersmain"))
        .isEqualTo(
            Map.of(
                "CAIRN_JOB", "orders",
                "CAIRN_STAGE", "main",
                "CAIRN_TABLE", "OrdersTable",
                "CAIRN_STREAM", "OrdersStream",
                "CAIRN_FUNCTION", Synthesis.FUNCTION,
                "CAIRN_START", "TRIM_HORIZON",
                "CAIRN_FAILURE_POLICY", "FAIL",
                "EXECUTION_CHECKPOINTING_DIR", "s3://OrdersBucket"));
    assertThat(DefaultJob.TEMPLATE.environment("OrdersCoordinator"))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("CAIRN_JOB", "orders"),
                Map.entry("CAIRN_STAGE", "main"),
                Map.entry("CAIRN_TABLE", "OrdersTable"),
                Map.entry("CAIRN_STREAM", "OrdersStream"),
                Map.entry("CAIRN_STREAM_SHARDS", "2"),
                Map.entry("CAIRN_SOURCE_MAPPING", "OrdersSourceMappingordersmain"),
                Map.entry("CAIRN_TASK_FUNCTION", "OrdersLiveordersmain"),
                Map.entry("CAIRN_TASK_TIMEOUT", "1 min"),
                Map.entry("CAIRN_TICK_QUEUE", "OrdersTickQueue"),
                Map.entry("EXECUTION_CHECKPOINTING_DIR", "s3://OrdersBucket"),
                Map.entry("EXECUTION_CHECKPOINTING_INTERVAL", "1 min"),
                Map.entry("EXECUTION_CHECKPOINTING_TIMEOUT", "10 min"),
                Map.entry("EXECUTION_CHECKPOINTING_NUM_RETAINED", "1")));
  }

  @Test
  void aFragmentOfAFlinkConfigurationIsTaken() {
    Resources template =
        Synthesis.template(
            job ->
                job.checkpointingInterval(Duration.ofMinutes(5))
                    .configuration(
                        """
                        execution.checkpointing:
                          interval: 30 s   # wins over what was said before
                          min-pause: 10s
                        state.checkpoints.num-retained: 3
                        state.backend.fs.memory-threshold: 4kb
                        restart-strategy: fixed-delay
                        restart-strategy.fixed-delay.attempts: 7
                        """)
                    .checkpointingTolerableFailures(2)
                    .checkpointingRetention(DELETE_ON_CANCELLATION)
                    .setting(Options.RECOVERY_FALLBACK, DamagedHeadFallback.FROM_BEGINNING));

    Map<String, String> ofTasks =
        Map.of(
            "EXECUTION_CHECKPOINTING_DIR", "s3://OrdersBucket",
            "EXECUTION_CHECKPOINTING_DATA_INLINE_THRESHOLD", "4 kb",
            "RESTART_STRATEGY_TYPE", "fixed-delay",
            "RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS", "7");
    assertThat(settings(template, "OrdersTaskordersmain")).isEqualTo(ofTasks);
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "EXECUTION_CHECKPOINTING_INTERVAL", "30 s",
                "EXECUTION_CHECKPOINTING_MIN_PAUSE", "10 s",
                "EXECUTION_CHECKPOINTING_TIMEOUT", "10 min",
                "EXECUTION_CHECKPOINTING_NUM_RETAINED", "3",
                "EXECUTION_CHECKPOINTING_TOLERABLE_FAILED_CHECKPOINTS", "2",
                "EXECUTION_CHECKPOINTING_EXTERNALIZED_CHECKPOINT_RETENTION",
                    "DELETE_ON_CANCELLATION",
                "CAIRN_RECOVERY_FALLBACK", "FROM_BEGINNING"));
    all.putAll(ofTasks);
    assertThat(settings(template, "OrdersCoordinator")).isEqualTo(all);
  }

  @Test
  void inlineStorageHasNoDirectory() {
    Resources template =
        Synthesis.template(job -> job.configuration("execution.checkpointing.storage: jobmanager"));

    assertThat(settings(template, "OrdersTaskordersmain"))
        .isEqualTo(Map.of("EXECUTION_CHECKPOINTING_STORAGE", "jobmanager"));
  }

  /** Without what else a function is told. */
  private static Map<String, String> settings(Resources template, String function) {
    Map<String, String> settings = new HashMap<>(template.environment(function));
    settings
        .keySet()
        .removeIf(name -> name.startsWith("CAIRN_") && !name.startsWith("CAIRN_RECOVERY"));
    return settings;
  }

  @Test
  void theFunctionsRunAsTheyAreByDefault() {
    JsonNode task =
        Resources.properties(DefaultJob.TEMPLATE.named(FUNCTION, "OrdersTaskordersmain"));
    assertThat(task.get("Handler").asText())
        .isEqualTo("dev.cairn.lambda.TaskHandler::handleRequest");
    assertThat(task.get("Runtime").asText()).isEqualTo("java21");
    assertThat(task.get("Architectures")).isEqualTo(Synthesis.parse("[\"x86_64\"]"));
    assertThat(task.get("MemorySize").asInt()).isEqualTo(1769);
    assertThat(task.get("Timeout").asInt()).isEqualTo(60);
    assertThat(task.get("SnapStart"))
        .isEqualTo(Synthesis.parse("{\"ApplyOn\": \"PublishedVersions\"}"));
    assertThat(Resources.text(task.at("/LoggingConfig/LogGroup"))).isEqualTo("OrdersTaskLogs");
    assertThat(Resources.text(task.get("Role"))).isEqualTo("OrdersTaskRole.Arn");
    JsonNode coordinator =
        Resources.properties(DefaultJob.TEMPLATE.named(FUNCTION, "OrdersCoordinator"));
    assertThat(coordinator.get("Handler").asText())
        .isEqualTo("dev.cairn.coordinator.lambda.CoordinatorHandler::handleRequest");
    assertThat(coordinator.get("Timeout").asInt()).isEqualTo(900);
    assertThat(Resources.text(coordinator.get("Role"))).isEqualTo("OrdersCoordinatorRole.Arn");
  }

  @Test
  void theFunctionsRunAsOneChooses() {
    Resources template =
        Synthesis.template(
            job ->
                job.stage("totals")
                    .runtime(Runtime.JAVA_25)
                    .architecture(Architecture.ARM_64)
                    .memory(3008)
                    .timeout(Duration.ofMinutes(15))
                    .failurePolicy(FailurePolicy.DEAD_LETTER)
                    .batchSize(10_000)
                    .batchWindow(Duration.ofMinutes(5))
                    .checkpointingInterval(Duration.ofSeconds(5))
                    .checkpointingTimeout(Duration.ofMinutes(20))
                    .checkpointingNumRetained(7)
                    .logRetention(RetentionDays.ONE_WEEK));

    JsonNode task = Resources.properties(template.named(FUNCTION, "OrdersTaskorderstotals"));
    assertThat(task.get("Runtime").asText()).isEqualTo("java25");
    assertThat(task.get("Architectures")).isEqualTo(Synthesis.parse("[\"arm64\"]"));
    assertThat(task.get("MemorySize").asInt()).isEqualTo(3008);
    assertThat(task.get("Timeout").asInt()).isEqualTo(900);
    assertThat(template.environment("OrdersTaskorderstotals"))
        .containsEntry("CAIRN_STAGE", "totals")
        .containsEntry("CAIRN_FAILURE_POLICY", "DEAD_LETTER");
    JsonNode coordinator = Resources.properties(template.named(FUNCTION, "OrdersCoordinator"));
    assertThat(coordinator.get("Runtime").asText()).isEqualTo("java25");
    assertThat(template.environment("OrdersCoordinator"))
        .containsEntry("CAIRN_STAGE", "totals")
        .containsEntry("CAIRN_TASK_TIMEOUT", "15 min")
        .containsEntry("EXECUTION_CHECKPOINTING_INTERVAL", "5 s")
        .containsEntry("EXECUTION_CHECKPOINTING_TIMEOUT", "20 min")
        .containsEntry("EXECUTION_CHECKPOINTING_NUM_RETAINED", "7");
    JsonNode mapping =
        Resources.properties(template.named(MAPPING, "OrdersSourceMappingorderstotals"));
    assertThat(mapping.get("BatchSize").asInt()).isEqualTo(10_000);
    assertThat(mapping.get("MaximumBatchingWindowInSeconds").asInt()).isEqualTo(300);
    assertThat(template.all("AWS::Logs::LogGroup"))
        .hasSize(3)
        .allMatch(group -> Resources.properties(group).get("RetentionInDays").asInt() == 7);
  }

  @Test
  void withoutSnapStartTheFunctionItselfIsCalled() {
    Resources template = Synthesis.template(job -> job.snapStart(false));

    assertThat(template.all("AWS::Lambda::Version")).isEmpty();
    assertThat(template.all("AWS::Lambda::Alias")).isEmpty();
    assertThat(
            Resources.properties(template.named(FUNCTION, "OrdersTaskordersmain")).has("SnapStart"))
        .isFalse();
    assertThat(
            Resources.text(
                Resources.properties(template.named(MAPPING, "OrdersSourceMappingordersmain"))
                    .get("FunctionName")))
        .isEqualTo("OrdersTaskordersmain.Arn");
    assertThat(template.statements("OrdersCoordinatorRole"))
        .contains("Allow Wakes: lambda:InvokeFunction on OrdersTaskordersmain.Arn");
    assertThat(template.environment("OrdersCoordinator"))
        .containsEntry("CAIRN_TASK_FUNCTION", "OrdersTaskordersmain.Arn");
    assertThat(template.all("AWS::Lambda::EventInvokeConfig"))
        .hasSize(3)
        .allMatch(CheckpointedFunctionTest::isNotRepeated);
  }

  @Test
  void withSnapStartTheAliasIsCalled() {
    assertThat(DefaultJob.TEMPLATE.all("AWS::Lambda::Version")).hasSize(1);
    assertThat(
            Resources.text(
                Resources.properties(DefaultJob.TEMPLATE.only("AWS::Lambda::Alias"))
                    .get("FunctionVersion")))
        .isEqualTo("OrdersTaskordersmainCurrentVersion.Version");
    assertThat(
            Resources.properties(
                    DefaultJob.TEMPLATE.named(
                        "AWS::Lambda::EventInvokeConfig", "OrdersLiveordersmainEventInvokeConfig"))
                .get("Qualifier")
                .toString())
        .contains("OrdersLiveordersmain");
  }

  @Test
  void wakesAndTicksAreNotRepeatedByLambda() {
    assertThat(DefaultJob.TEMPLATE.all("AWS::Lambda::EventInvokeConfig"))
        .hasSize(3)
        .allMatch(CheckpointedFunctionTest::isNotRepeated);
  }

  private static boolean isNotRepeated(JsonNode config) {
    return Resources.properties(config).get("MaximumRetryAttempts").asInt(-1) == 0
        && Resources.properties(config).get("MaximumEventAgeInSeconds").asInt() == 60;
  }

  @Test
  void theScrubberIsCalledOftenEnoughToEndARoundThatTakesLong() {
    JsonNode scrubber = Resources.properties(DefaultJob.TEMPLATE.named(FUNCTION, "OrdersScrubber"));
    assertThat(scrubber.get("Handler").asText())
        .isEqualTo("dev.cairn.coordinator.lambda.ScrubberHandler::handleRequest");
    assertThat(scrubber.get("Timeout").asInt()).isEqualTo(900);
    assertThat(DefaultJob.TEMPLATE.environment("OrdersScrubber"))
        .isEqualTo(
            Map.of(
                "CAIRN_JOB", "orders",
                "CAIRN_TABLE", "OrdersTable",
                "EXECUTION_CHECKPOINTING_DIR", "s3://OrdersBucket",
                "CAIRN_SCRUB_INTERVAL", "1 d"));
    assertThat(rate(DefaultJob.TEMPLATE)).isEqualTo("rate(1 hour)");

    Resources often = Synthesis.template(job -> job.scrubInterval(Duration.ofMinutes(20)));
    assertThat(rate(often)).isEqualTo("rate(20 minutes)");
    assertThat(often.environment("OrdersScrubber")).containsEntry("CAIRN_SCRUB_INTERVAL", "20 min");
  }

  private static String rate(Resources template) {
    return Resources.properties(template.named("AWS::Events::Rule", "OrdersScrubRule"))
        .get("ScheduleExpression")
        .asText();
  }

  @Test
  void withoutAScrubberThereIsNothingOfIt() {
    Resources template = Synthesis.template(job -> job.scrubInterval(Duration.ZERO));
    assertThat(template.all(FUNCTION)).hasSize(2);
    assertThat(template.all("AWS::Events::Rule")).hasSize(1);
    assertThat(template.names())
        .noneMatch(name -> name.contains("Scrub") || name.contains("DamagedFiles"));
  }

  @Test
  void outputsHaveNamesThatPeopleCanType() {
    Map<String, String> outputs = new TreeMap<>();
    DefaultJob.TEMPLATE
        .template()
        .get("Outputs")
        .properties()
        .forEach(
            entry -> outputs.put(entry.getKey(), Resources.text(entry.getValue().get("Value"))));

    assertThat(outputs)
        .isEqualTo(
            Map.of(
                "OrdersJob", "orders",
                "OrdersTable", "OrdersTable",
                "OrdersBucket", "OrdersBucket",
                "OrdersStream", "OrdersStream",
                "OrdersTaskFunction", "OrdersLiveordersmain",
                "OrdersCoordinatorFunction", "OrdersCoordinator",
                "OrdersScrubberFunction", "OrdersScrubber"));
  }

  @Test
  void theSameCoordinatorIsTheSameAsset() {
    JsonNode once =
        DefaultJob.TEMPLATE.named(FUNCTION, "OrdersCoordinator").at("/Properties/Code/S3Key");
    Resources again = Synthesis.template(job -> job.job("other"));

    assertThat(again.named(FUNCTION, "OrdersCoordinator").at("/Properties/Code/S3Key"))
        .isEqualTo(once);
  }

  @Test
  void twoJobsFitIntoOneStack() {
    Stack stack = Synthesis.stack();
    Synthesis.orders(stack).build();
    CheckpointedFunction.Builder.create(stack, "Returns")
        .job("returns")
        .function(Synthesis.FUNCTION)
        .code(Synthesis.zipped(Synthesis.code(Synthesis.FUNCTION)))
        .source(SourceStream.ofShards(1))
        .checkpointingInterval(Duration.ofMinutes(1))
        .build();

    assertThat(Synthesis.template(stack).all("AWS::DynamoDB::Table")).hasSize(2);
  }
}
