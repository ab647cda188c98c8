package dev.cairn.cdk;

import static dev.cairn.settings.RetentionOnCancellation.DELETE_ON_CANCELLATION;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.settings.DamagedHeadFallback;
import dev.cairn.settings.Options;
import dev.cairn.state.StartPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.services.events.EventBus;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kinesis.StreamEncryption;
import software.amazon.awscdk.services.kinesis.StreamMode;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.sns.Topic;

@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class CheckpointedFunctionTest {
  private static final String ROLE = "AWS::IAM::Role";
  private static final String FUNCTION = "AWS::Lambda::Function";
  private static final String MAPPING = "AWS::Lambda::EventSourceMapping";
  private static final String ALIAS = "AWS::Lambda::Alias";
  private static final String STREAM = "AWS::Kinesis::Stream";

  /** Synthesized once for all that looks at a job with defaults. */
  private static final class Defaults {
    static final Resources TEMPLATE = Synthesis.template(job -> job);
  }

  private static JsonNode properties(JsonNode resource) {
    return resource.get("Properties");
  }

  @Test
  void theMappingIsTheOneOnWhichTheProtocolStands() {
    Map<String, String> expected =
        Map.ofEntries(
            Map.entry("BatchSize", "1000"),
            Map.entry("BisectBatchOnFunctionError", "false"),
            Map.entry("EventSourceArn", "OrdersStream.Arn"),
            Map.entry("FunctionName", "OrdersLiveordersmain"),
            Map.entry("FunctionResponseTypes", "[\"ReportBatchItemFailures\"]"),
            Map.entry("MaximumBatchingWindowInSeconds", "0"),
            Map.entry("MaximumRecordAgeInSeconds", "-1"),
            Map.entry("MaximumRetryAttempts", "-1"),
            Map.entry("ParallelizationFactor", "1"),
            Map.entry("StartingPosition", "TRIM_HORIZON"));
    assertThat(texts(properties(Defaults.TEMPLATE.named(MAPPING, "OrdersSourceMappingordersmain"))))
        .isEqualTo(expected);
  }

  /** Or it would begin in the middle of the stream, without anybody seeing what is missing. */
  @Test
  void anotherJobOrStageInItsPlaceHasItsOwnFunctionAndMapping() {
    Resources renamed = Synthesis.template(job -> job.job("renamed"));
    Resources restaged = Synthesis.template(job -> job.stage("renamed"));
    for (String ofJob :
        List.of(
            FUNCTION + " OrdersTask", MAPPING + " OrdersSourceMapping", ALIAS + " OrdersLive")) {
      assertThat(Defaults.TEMPLATE.names()).contains(ofJob + "ordersmain");
      assertThat(renamed.names())
          .contains(ofJob + "renamedmain")
          .doesNotContain(ofJob + "ordersmain");
      assertThat(restaged.names())
          .contains(ofJob + "ordersrenamed")
          .doesNotContain(ofJob + "ordersmain");
    }
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new TreeMap<>();
    object
        .properties()
        .forEach(entry -> texts.put(entry.getKey(), Resources.text(entry.getValue())));
    return texts;
  }

  @Test
  void taskAndMappingBeginAtTheSameTimestamp() {
    Resources template =
        Synthesis.template(
            job ->
                job.start(
                    new StartPosition.AtTimestamp(Instant.parse("2026-11-21T14:00:00.250Z"))));

    JsonNode mapping = properties(template.named(MAPPING, "OrdersSourceMappingordersmain"));
    assertThat(mapping.get("StartingPosition").asText()).isEqualTo("AT_TIMESTAMP");
    assertThat(mapping.get("StartingPositionTimestamp").asDouble()).isEqualTo(1795269600.25);
    assertThat(template.environment("OrdersTaskordersmain"))
        .containsEntry("CAIRN_START", "2026-11-21T14:00:00.250Z");
  }

  @Test
  void theTableHasItsStreamItsExpiryAndItsRecovery() {
    JsonNode table = Defaults.TEMPLATE.only("AWS::DynamoDB::Table");

    assertThat(properties(table))
        .isEqualTo(
            Synthesis.parse(
                """
                {
                  "AttributeDefinitions": [
                    {"AttributeName": "pk", "AttributeType": "S"},
                    {"AttributeName": "sk", "AttributeType": "S"}
                  ],
                  "BillingMode": "PAY_PER_REQUEST",
                  "DeletionProtectionEnabled": true,
                  "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"}
                  ],
                  "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
                  "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
                  "TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": true}
                }
                """));
  }

  @Test
  void theBucketIsPrivateEncryptedAndExpiresNothing() {
    assertThat(properties(Defaults.TEMPLATE.only("AWS::S3::Bucket")))
        .isEqualTo(
            Synthesis.parse(
                """
                {
                  "BucketEncryption": {"ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
                  ]},
                  "LifecycleConfiguration": {"Rules": [{
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                    "Id": "IncompleteUploads",
                    "Status": "Enabled"
                  }]},
                  "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
                  "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": true,
                    "BlockPublicPolicy": true,
                    "IgnorePublicAcls": true,
                    "RestrictPublicBuckets": true
                  }
                }
                """));
  }

  @Test
  void theBucketTakesEachObjectOnceAndOnlyEncryptedCalls() {
    JsonNode statements =
        Defaults.TEMPLATE.only("AWS::S3::BucketPolicy").at("/Properties/PolicyDocument/Statement");

    assertThat(statements).hasSize(2);
    assertThat(statements.get(0).at("/Condition"))
        .isEqualTo(Synthesis.parse("{\"Bool\": {\"aws:SecureTransport\": \"false\"}}"));
    assertThat(statements.get(0).get("Action").asText()).isEqualTo("s3:*");
    JsonNode writtenOnce = statements.get(1);
    assertThat(writtenOnce.get("Effect").asText()).isEqualTo("Deny");
    assertThat(writtenOnce.get("Action").asText()).isEqualTo("s3:PutObject");
    assertThat(writtenOnce.get("Principal")).isEqualTo(Synthesis.parse("{\"AWS\": \"*\"}"));
    assertThat(writtenOnce.get("Condition"))
        .isEqualTo(Synthesis.parse("{\"Null\": {\"s3:if-none-match\": \"true\"}}"));
    assertThat(Resources.text(writtenOnce.get("Resource"))).isEqualTo("OrdersBucket.Arn/*");
  }

  @Test
  void theTaskMayDoWhatItDoes() {
    assertThat(Defaults.TEMPLATE.statements("OrdersTaskRole"))
        .containsExactly(
            "Allow Journal: dynamodb:ConditionCheckItem dynamodb:GetItem dynamodb:Query on"
                + " OrdersTable.Arn",
            "Allow OwnItems: dynamodb:PutItem on OrdersTable.Arn",
            "Allow Files: s3:GetObject s3:PutObject on OrdersBucket.Arn/orders/*",
            "Allow Savepoints: s3:GetObject s3:PutObject on"
                + " OrdersBucket.Arn/savepoints/orders/*",
            "Allow MissingFiles: s3:ListBucket on OrdersBucket.Arn",
            "Allow Replay: kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards on"
                + " OrdersStream.Arn",
            "Allow SourceMapping: kinesis:DescribeStream kinesis:DescribeStreamSummary"
                + " kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards on"
                + " OrdersStream.Arn",
            "Allow Logs: logs:CreateLogStream logs:PutLogEvents on OrdersTaskLogs.Arn");
  }

  @Test
  void theCoordinatorMayDoWhatItDoes() {
    assertThat(Defaults.TEMPLATE.statements("OrdersCoordinatorRole"))
        .containsExactly(
            "Allow Checkpoints: dynamodb:ConditionCheckItem dynamodb:GetItem dynamodb:Query on"
                + " OrdersTable.Arn",
            "Allow OwnItems: dynamodb:PutItem dynamodb:UpdateItem on OrdersTable.Arn",
            "Allow Files: s3:GetObject on OrdersBucket.Arn/orders/*",
            "Allow Metadata: s3:PutObject on OrdersBucket.Arn/orders/chk-*/_metadata",
            "Allow Collection: s3:DeleteObject on OrdersBucket.Arn/orders/chk-*"
                + " OrdersBucket.Arn/orders/dead-letters/* OrdersBucket.Arn/orders/shared/*"
                + " OrdersBucket.Arn/orders/taskowned/*",
            "Allow Savepoints: s3:DeleteObject s3:GetObject s3:PutObject on"
                + " OrdersBucket.Arn/savepoints/orders/*",
            "Allow MissingFiles: s3:ListBucket on OrdersBucket.Arn",
            "Allow Preflight: kinesis:DescribeStreamSummary kinesis:GetRecords"
                + " kinesis:GetShardIterator kinesis:ListShards on OrdersStream.Arn",
            "Allow Wakes: lambda:InvokeFunction on OrdersLiveordersmain",
            "Allow Halts: lambda:GetEventSourceMapping lambda:UpdateEventSourceMapping on"
                + " arn:AWS::Partition:lambda:AWS::Region:AWS::AccountId:event-source-mapping:OrdersSourceMappingordersmain",
            "Allow OtherMappings: lambda:ListEventSourceMappings on *",
            "Allow Ticks: sqs:SendMessage on OrdersTickQueue.Arn",
            "Allow TickQueueMapping: sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage on"
                + " OrdersTickQueue.Arn",
            "Allow TableStreamMapping: dynamodb:DescribeStream dynamodb:GetRecords"
                + " dynamodb:GetShardIterator on OrdersTable.StreamArn",
            "Allow TableStreams: dynamodb:ListStreams on OrdersTable.Arn/stream/*",
            "Allow Logs: logs:CreateLogStream logs:PutLogEvents on OrdersCoordinatorLogs.Arn");
  }

  /** What a function writes lies in partitions of its own job: the keys that TableLayout makes. */
  @Test
  void theTaskWritesItemsOfItsOwnJobOnly() {
    assertThat(leadingKeys("OrdersTaskRole", "OwnItems"))
        .isEqualTo(
            Synthesis.parse(
                """
                {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [
                  "ACK#orders#*", "FILE#orders#*", "JOB#orders", "JOURNAL#orders/*"
                ]}}
                """));
  }

  /** A fork's item is made by its parent's coordinator, whose name nobody knows yet. */
  @Test
  void theCoordinatorWritesNoOtherJobsJournalsOrFiles() {
    assertThat(leadingKeys("OrdersCoordinatorRole", "OwnItems"))
        .isEqualTo(
            Synthesis.parse(
                """
                {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [
                  "ACK#orders#*", "EXPECTED#orders#*", "FILE#orders#*", "HISTORY#orders", "JOB#*",
                  "JOURNAL#orders/*"
                ]}}
                """));
  }

  private static JsonNode leadingKeys(String role, String purpose) {
    return statement(Defaults.TEMPLATE, role, purpose).get("Condition");
  }

  private static JsonNode statement(Resources template, String role, String purpose) {
    for (JsonNode one :
        template.named(ROLE, role).at("/Properties/Policies/0/PolicyDocument/Statement")) {
      if (one.get("Sid").asText().equals(purpose)) {
        return one;
      }
    }
    throw new AssertionError(role + " has no statement " + purpose);
  }

  @Test
  void savepointsElsewhereAreReachedWhereTheyAre() {
    Resources template =
        Synthesis.template(
            job ->
                job.setting(Options.SAVEPOINT_DIRECTORY, Optional.of("s3://backups/of-the-team")));
    String folder = "arn:AWS::Partition:s3:::backups/of-the-team/orders/*";
    assertThat(template.statements("OrdersTaskRole"))
        .contains("Allow Savepoints: s3:GetObject s3:PutObject on " + folder);
    assertThat(template.statements("OrdersCoordinatorRole"))
        .contains(
            "Allow Savepoints: s3:DeleteObject s3:GetObject s3:PutObject on " + folder,
            "Allow MissingFiles: s3:ListBucket on OrdersBucket.Arn"
                + " arn:AWS::Partition:s3:::backups");
  }

  @Test
  void theScrubberReadsEverythingAndWritesItsMarksOnly() {
    assertThat(Defaults.TEMPLATE.statements("OrdersScrubberRole"))
        .containsExactly(
            "Allow References: dynamodb:GetItem dynamodb:Query on OrdersTable.Arn",
            "Allow Marks: dynamodb:DeleteItem dynamodb:PutItem on OrdersTable.Arn",
            "Allow Files: s3:GetObject on OrdersBucket.Arn/orders/*"
                + " OrdersBucket.Arn/savepoints/orders/*",
            "Allow MissingFiles: s3:ListBucket on OrdersBucket.Arn",
            "Allow Logs: logs:CreateLogStream logs:PutLogEvents on OrdersScrubberLogs.Arn");
    JsonNode marks =
        Defaults.TEMPLATE
            .named(ROLE, "OrdersScrubberRole")
            .at("/Properties/Policies/0/PolicyDocument/Statement/1/Condition");
    assertThat(marks)
        .isEqualTo(
            Synthesis.parse(
                "{\"ForAllValues:StringEquals\": {\"dynamodb:LeadingKeys\": [\"SCRUB#orders\"]}}"));
  }

  @Test
  void theScrubberIsCalledOftenEnoughToEndARoundThatTakesLong() {
    JsonNode scrubber = properties(Defaults.TEMPLATE.named(FUNCTION, "OrdersScrubber"));
    assertThat(scrubber.get("Handler").asText())
        .isEqualTo("dev.cairn.coordinator.lambda.ScrubberHandler::handleRequest");
    assertThat(scrubber.get("Timeout").asInt()).isEqualTo(900);
    assertThat(Defaults.TEMPLATE.environment("OrdersScrubber"))
        .isEqualTo(
            Map.of(
                "CAIRN_JOB", "orders",
                "CAIRN_TABLE", "OrdersTable",
                "EXECUTION_CHECKPOINTING_DIR", "s3://OrdersBucket",
                "CAIRN_SCRUB_INTERVAL", "1 d"));
    assertThat(rate(Defaults.TEMPLATE)).isEqualTo("rate(1 hour)");

    Resources often = Synthesis.template(job -> job.scrubInterval(Duration.ofMinutes(20)));
    assertThat(rate(often)).isEqualTo("rate(20 minutes)");
    assertThat(often.environment("OrdersScrubber")).containsEntry("CAIRN_SCRUB_INTERVAL", "20 min");
  }

  private static String rate(Resources template) {
    return properties(template.named("AWS::Events::Rule", "OrdersScrubRule"))
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
  void nothingElseGrantsAnything() {
    assertThat(Defaults.TEMPLATE.names())
        .noneMatch(
            name ->
                name.startsWith("AWS::IAM::Policy")
                    || name.startsWith("AWS::IAM::ManagedPolicy")
                    || name.startsWith("Custom::"));
    assertThat(Defaults.TEMPLATE.all(ROLE)).hasSize(3);
    assertThat(Defaults.TEMPLATE.all(FUNCTION)).hasSize(3);
    for (JsonNode role : Defaults.TEMPLATE.all(ROLE)) {
      assertThat(properties(role).has("ManagedPolicyArns")).isFalse();
      assertThat(properties(role).get("Policies")).hasSize(1);
      for (JsonNode statement : role.at("/Properties/Policies/0/PolicyDocument/Statement")) {
        assertThat(statement.get("Action").toString()).doesNotContain("*");
        if (!statement.get("Sid").asText().equals("OtherMappings")) {
          assertThat(Resources.text(statement.get("Resource"))).isNotEqualTo("*");
        }
      }
    }
  }

  @Test
  void anEncryptedStreamIsReadByBothWithItsKey() {
    Resources template =
        Synthesis.template(
            job -> job.source(SourceStream.ofShards(1).encryptedBy(StreamEncryption.KMS)));

    String decrypt = "Allow EncryptedRecords: kms:Decrypt on OrdersStreamKey.Arn";
    assertThat(template.statements("OrdersTaskRole")).contains(decrypt);
    assertThat(template.statements("OrdersCoordinatorRole")).contains(decrypt);
  }

  @Test
  void theFunctionsAreToldWhatTheyNeed() {
    assertThat(Defaults.TEMPLATE.environment("OrdersTaskordersmain"))
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
    assertThat(Defaults.TEMPLATE.environment("OrdersCoordinator"))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("CAIRN_JOB", "orders"),
                Map.entry("CAIRN_STAGE", "main"),
                Map.entry("CAIRN_TABLE", "OrdersTable"),
                Map.entry("CAIRN_STREAM", "OrdersStream"),
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
    JsonNode task = properties(Defaults.TEMPLATE.named(FUNCTION, "OrdersTaskordersmain"));
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
    JsonNode coordinator = properties(Defaults.TEMPLATE.named(FUNCTION, "OrdersCoordinator"));
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

    JsonNode task = properties(template.named(FUNCTION, "OrdersTaskorderstotals"));
    assertThat(task.get("Runtime").asText()).isEqualTo("java25");
    assertThat(task.get("Architectures")).isEqualTo(Synthesis.parse("[\"arm64\"]"));
    assertThat(task.get("MemorySize").asInt()).isEqualTo(3008);
    assertThat(task.get("Timeout").asInt()).isEqualTo(900);
    assertThat(template.environment("OrdersTaskorderstotals"))
        .containsEntry("CAIRN_STAGE", "totals")
        .containsEntry("CAIRN_FAILURE_POLICY", "DEAD_LETTER");
    JsonNode coordinator = properties(template.named(FUNCTION, "OrdersCoordinator"));
    assertThat(coordinator.get("Runtime").asText()).isEqualTo("java25");
    assertThat(template.environment("OrdersCoordinator"))
        .containsEntry("CAIRN_STAGE", "totals")
        .containsEntry("CAIRN_TASK_TIMEOUT", "15 min")
        .containsEntry("EXECUTION_CHECKPOINTING_INTERVAL", "5 s")
        .containsEntry("EXECUTION_CHECKPOINTING_TIMEOUT", "20 min")
        .containsEntry("EXECUTION_CHECKPOINTING_NUM_RETAINED", "7");
    JsonNode mapping = properties(template.named(MAPPING, "OrdersSourceMappingorderstotals"));
    assertThat(mapping.get("BatchSize").asInt()).isEqualTo(10_000);
    assertThat(mapping.get("MaximumBatchingWindowInSeconds").asInt()).isEqualTo(300);
    assertThat(template.all("AWS::Logs::LogGroup"))
        .hasSize(3)
        .allMatch(group -> properties(group).get("RetentionInDays").asInt() == 7);
  }

  @Test
  void withoutSnapStartTheFunctionItselfIsCalled() {
    Resources template = Synthesis.template(job -> job.snapStart(false));

    assertThat(template.all("AWS::Lambda::Version")).isEmpty();
    assertThat(template.all("AWS::Lambda::Alias")).isEmpty();
    assertThat(properties(template.named(FUNCTION, "OrdersTaskordersmain")).has("SnapStart"))
        .isFalse();
    assertThat(
            Resources.text(
                properties(template.named(MAPPING, "OrdersSourceMappingordersmain"))
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
    assertThat(Defaults.TEMPLATE.all("AWS::Lambda::Version")).hasSize(1);
    assertThat(
            Resources.text(
                properties(Defaults.TEMPLATE.only("AWS::Lambda::Alias")).get("FunctionVersion")))
        .isEqualTo("OrdersTaskordersmainCurrentVersion.Version");
    assertThat(
            properties(
                    Defaults.TEMPLATE.named(
                        "AWS::Lambda::EventInvokeConfig", "OrdersLiveordersmainEventInvokeConfig"))
                .get("Qualifier")
                .toString())
        .contains("OrdersLiveordersmain");
  }

  @Test
  void wakesAndTicksAreNotRepeatedByLambda() {
    assertThat(Defaults.TEMPLATE.all("AWS::Lambda::EventInvokeConfig"))
        .hasSize(3)
        .allMatch(CheckpointedFunctionTest::isNotRepeated);
  }

  private static boolean isNotRepeated(JsonNode config) {
    return properties(config).get("MaximumRetryAttempts").asInt(-1) == 0
        && properties(config).get("MaximumEventAgeInSeconds").asInt() == 60;
  }

  @Test
  void theCoordinatorIsCalledEachMinuteByItsRuleOnly() {
    JsonNode rule = properties(Defaults.TEMPLATE.named("AWS::Events::Rule", "OrdersTick"));
    assertThat(rule.get("ScheduleExpression").asText()).isEqualTo("rate(1 minute)");
    assertThat(rule.get("Targets")).hasSize(1);
    assertThat(Resources.text(rule.at("/Targets/0/Arn"))).isEqualTo("OrdersCoordinator.Arn");
    assertThat(rule.at("/Targets/0/Input").asText()).isEqualTo("{\"cairn\":\"tick\"}");
    assertThat(Defaults.TEMPLATE.all("AWS::Lambda::Permission"))
        .allMatch(
            permission ->
                properties(permission).get("Principal").asText().equals("events.amazonaws.com"))
        .extracting(permission -> Resources.text(properties(permission).get("SourceArn")))
        .containsExactlyInAnyOrder("OrdersTick.Arn", "OrdersScrubRule.Arn");
  }

  @Test
  void theTickQueueIsKeptShortAndFeedsTheCoordinator() {
    JsonNode queue = properties(Defaults.TEMPLATE.only("AWS::SQS::Queue"));
    assertThat(queue.get("SqsManagedSseEnabled").asBoolean()).isTrue();
    assertThat(queue.get("MessageRetentionPeriod").asInt()).isEqualTo(300);
    // Lambda refuses a queue that shows a message again while its function may still work on it.
    assertThat(queue.get("VisibilityTimeout").asInt())
        .isEqualTo(
            properties(Defaults.TEMPLATE.named(FUNCTION, "OrdersCoordinator"))
                .get("Timeout")
                .asInt());
    assertThat(texts(properties(Defaults.TEMPLATE.named(MAPPING, "OrdersTickQueueMapping"))))
        .isEqualTo(
            Map.of(
                "BatchSize", "1",
                "EventSourceArn", "OrdersTickQueue.Arn",
                "FunctionName", "OrdersCoordinator.Arn"));
  }

  @Test
  void theTableStreamCarriesAcknowledgementsAndRequestsOnly() {
    JsonNode mapping = properties(Defaults.TEMPLATE.named(MAPPING, "OrdersTableStreamMapping"));

    assertThat(Resources.text(mapping.get("EventSourceArn"))).isEqualTo("OrdersTable.StreamArn");
    assertThat(mapping.get("StartingPosition").asText()).isEqualTo("TRIM_HORIZON");
    List<JsonNode> patterns =
        Stream.of(0, 1, 2, 3)
            .map(
                i ->
                    Synthesis.parse(
                        mapping.at("/FilterCriteria/Filters/" + i + "/Pattern").asText()))
            .toList();
    assertThat(mapping.at("/FilterCriteria/Filters")).hasSize(4);
    assertThat(patterns)
        .containsExactly(
            Synthesis.parse(
                """
                {"eventName": ["INSERT"],
                 "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "ACK#orders#"}]}}}}
                """),
            Synthesis.parse(
                """
                {"eventName": ["INSERT", "MODIFY"],
                 "dynamodb": {"Keys": {"pk": {"S": ["JOB#orders"]}, "sk": {"S": ["JOB"]}},
                              "NewImage": {"restoreCheckpointId": {"S": [{"exists": true}]}}}}
                """),
            Synthesis.parse(
                """
                {"eventName": ["INSERT", "MODIFY"],
                 "dynamodb": {"Keys": {"pk": {"S": ["JOB#orders"]}, "sk": {"S": ["JOB"]}},
                              "NewImage": {"restoreCheckpointId": {"N": [{"exists": true}]}}}}
                """),
            Synthesis.parse(
                """
                {"eventName": ["INSERT", "MODIFY"],
                 "dynamodb": {"Keys": {"pk": {"S": ["JOB#orders"]}, "sk": {"S": ["JOB"]}},
                              "NewImage": {"command": {"S": [{"exists": true}]}}}}
                """));
  }

  @Test
  void everythingThatHoldsDataIsRetainedByDefault() {
    for (String type :
        List.of("AWS::DynamoDB::Table", "AWS::S3::Bucket", STREAM, "AWS::Logs::LogGroup")) {
      assertThat(Defaults.TEMPLATE.all(type))
          .isNotEmpty()
          .allMatch(
              resource ->
                  resource.get("DeletionPolicy").asText().equals("Retain")
                      && resource.get("UpdateReplacePolicy").asText().equals("Retain"));
    }
  }

  @Test
  void everythingIsDestroyedTogetherIfOneChoosesSo() {
    Resources template = Synthesis.template(job -> job.removalPolicy(RemovalPolicy.DESTROY));

    for (String type :
        List.of("AWS::DynamoDB::Table", "AWS::S3::Bucket", STREAM, "AWS::Logs::LogGroup")) {
      assertThat(template.all(type))
          .isNotEmpty()
          .allMatch(resource -> resource.get("DeletionPolicy").asText().equals("Delete"));
    }
    assertThat(
            properties(template.only("AWS::DynamoDB::Table"))
                .get("DeletionProtectionEnabled")
                .asBoolean())
        .isFalse();
  }

  @Test
  void aNewStreamKeepsWhatTheRetainedCheckpointsNeed() {
    assertThat(properties(Defaults.TEMPLATE.only(STREAM)))
        .isEqualTo(
            Synthesis.parse(
                """
                {
                  "RetentionPeriodHours": 24,
                  "ShardCount": 2,
                  "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
                  "StreamModeDetails": {"StreamMode": "PROVISIONED"}
                }
                """));
    Resources template =
        Synthesis.template(
            job -> job.checkpointingInterval(Duration.ofHours(6)).checkpointingNumRetained(10));
    assertThat(properties(template.only(STREAM)).get("RetentionPeriodHours").asInt())
        .isEqualTo(121);
    Resources chosen =
        Synthesis.template(job -> job.source(SourceStream.ofShards(1).keeping(Duration.ofDays(7))));
    assertThat(properties(chosen.only(STREAM)).get("RetentionPeriodHours").asInt()).isEqualTo(168);
  }

  @Test
  void alarmsTellWhatSomeoneHasToActOn() {
    assertThat(
            Defaults.TEMPLATE.all("AWS::CloudWatch::Alarm").stream()
                .map(CheckpointedFunctionTest::describe))
        .containsExactlyInAnyOrder(
            "AWS/Lambda IteratorAge FunctionName=OrdersTaskordersmain Maximum GreaterThanOrEqualToThreshold"
                + " 600000 for 1 x 300 s, missing: notBreaching",
            "IF(FILL(arriving, 0) > 0 AND FILL(invocations, 0) < 1, 1, 0)"
                + " GreaterThanOrEqualToThreshold 1 for 2, missing: notBreaching",
            "Cairn numberOfMappingProblems Job=orders Maximum GreaterThanOrEqualToThreshold 1 for 1 x"
                + " 300 s, missing: ignore",
            "Cairn jobFailed Job=orders Maximum GreaterThanOrEqualToThreshold 1 for 1 x 300 s,"
                + " missing: notBreaching",
            "Cairn numberOfFailingSubtasks Job=orders Maximum GreaterThanOrEqualToThreshold 1 for 2 x"
                + " 300 s, missing: notBreaching",
            "AWS/Lambda Errors FunctionName=OrdersTaskordersmain Sum GreaterThanOrEqualToThreshold 1"
                + " for 2 x 300 s, missing: notBreaching",
            "AWS/Lambda Throttles FunctionName=OrdersTaskordersmain Sum GreaterThanOrEqualToThreshold"
                + " 1 for 2 x 300 s, missing: notBreaching",
            "AWS/Lambda Duration FunctionName=OrdersTaskordersmain Maximum"
                + " GreaterThanOrEqualToThreshold 54000 for 3 x 300 s, missing: notBreaching",
            "Cairn subtaskMemoryUtilization Job=orders Maximum GreaterThanOrEqualToThreshold 70 for 1"
                + " x 300 s, missing: notBreaching",
            "Cairn numberOfFailedCheckpointsInARow Job=orders Maximum"
                + " GreaterThanOrEqualToThreshold 3 for 1 x 300 s, missing: ignore",
            "Cairn numberOfDeadLetters Job=orders Sum GreaterThanOrEqualToThreshold 1 for 1 x 300 s,"
                + " missing: notBreaching",
            "Cairn numberOfDamagedFiles Job=orders Maximum GreaterThanOrEqualToThreshold 1 for 1 x"
                + " 300 s, missing: ignore",
            "Cairn numberOfRefusedRequests Job=orders Sum GreaterThanOrEqualToThreshold 1 for 1 x"
                + " 300 s, missing: notBreaching",
            "AWS/Lambda Invocations FunctionName=OrdersCoordinator Sum LessThanThreshold 1 for 1 x"
                + " 300 s, missing: breaching",
            "AWS/Lambda Errors FunctionName=OrdersCoordinator Sum GreaterThanOrEqualToThreshold 1"
                + " for 5 x 60 s, missing: notBreaching");
    assertThat(Defaults.TEMPLATE.all("AWS::CloudWatch::Dashboard")).hasSize(1);
  }

  private static String describe(JsonNode alarm) {
    JsonNode p = properties(alarm);
    if (p.has("Metrics")) {
      return String.join(
          " ",
          expression(p),
          p.get("ComparisonOperator").asText(),
          p.get("Threshold").asText(),
          "for",
          p.get("EvaluationPeriods").asText() + ", missing:",
          p.get("TreatMissingData").asText());
    }
    return String.join(
        " ",
        p.get("Namespace").asText(),
        p.get("MetricName").asText(),
        p.at("/Dimensions/0/Name").asText() + "=" + Resources.text(p.at("/Dimensions/0/Value")),
        p.get("Statistic").asText(),
        p.get("ComparisonOperator").asText(),
        p.get("Threshold").asText(),
        "for",
        p.get("EvaluationPeriods").asText(),
        "x",
        p.get("Period").asText(),
        "s, missing:",
        p.get("TreatMissingData").asText());
  }

  private static String expression(JsonNode alarm) {
    for (JsonNode metric : alarm.get("Metrics")) {
      if (metric.has("Expression")) {
        return metric.get("Expression").asText();
      }
    }
    throw new AssertionError("no expression in " + alarm);
  }

  /** The age of records is measured when some are delivered: it is no news while none are. */
  @Test
  void recordsThatNobodyReadsAreTold() {
    JsonNode alarm =
        properties(
            Defaults.TEMPLATE.named("AWS::CloudWatch::Alarm", "OrdersUndeliveredRecordsAlarm"));
    assertThat(alarm.get("Metrics")).hasSize(3);
    assertThat(alarm.get("Metrics").findValuesAsText("MetricName"))
        .containsExactlyInAnyOrder("IncomingRecords", "Invocations");
    assertThat(alarm.get("Metrics").findValues("Value").stream().map(Resources::text))
        .containsExactlyInAnyOrder("OrdersStream", "OrdersTaskordersmain");
  }

  @Test
  void aBusIsToldIfThereIsOneAndTheCoordinatorMayPutEventsThereAlone() {
    assertThat(Defaults.TEMPLATE.environment("OrdersCoordinator"))
        .doesNotContainKey("CAIRN_EVENT_BUS");

    Stack stack = Synthesis.stack();
    EventBus bus = new EventBus(stack, "Bus");
    Synthesis.orders(stack).events(bus).build();
    Resources template = Synthesis.template(stack);
    assertThat(template.environment("OrdersCoordinator"))
        .containsEntry("CAIRN_EVENT_BUS", "Bus.Arn");
    assertThat(template.statements("OrdersCoordinatorRole"))
        .contains("Allow Events: events:PutEvents on Bus.Arn");
  }

  @Test
  void alarmsFollowTheSettingsAndTellTheTopics() {
    Stack stack = Synthesis.stack();
    Synthesis.orders(stack)
        .timeout(Duration.ofMinutes(5))
        .lagAlarm(Duration.ofHours(1))
        .alarmTopic(new Topic(stack, "Oncall"))
        .okTopic(new Topic(stack, "Relief"))
        .build();
    Resources template = Synthesis.template(stack);

    assertThat(template.all("AWS::CloudWatch::Alarm"))
        .hasSize(15)
        .allMatch(alarm -> Resources.text(alarm.at("/Properties/AlarmActions/0")).equals("Oncall"))
        .allMatch(alarm -> Resources.text(alarm.at("/Properties/OKActions/0")).equals("Relief"));
    assertThat(
            properties(template.named("AWS::CloudWatch::Alarm", "OrdersIteratorAgeAlarm"))
                .get("Threshold")
                .asLong())
        .isEqualTo(Duration.ofHours(1).toMillis());
    assertThat(
            properties(template.named("AWS::CloudWatch::Alarm", "OrdersTaskDurationAlarm"))
                .get("Threshold")
                .asLong())
        .isEqualTo(270_000);
    assertThat(Defaults.TEMPLATE.all("AWS::CloudWatch::Alarm"))
        .noneMatch(alarm -> properties(alarm).has("OKActions"));
  }

  @Test
  void outputsHaveNamesThatPeopleCanType() {
    Map<String, String> outputs = new TreeMap<>();
    Defaults.TEMPLATE
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
  void anImportedStreamIsReadAndItsRetentionAskedFor() {
    Stack stack = Synthesis.stack();
    IStream imported =
        software.amazon.awscdk.services.kinesis.Stream.fromStreamArn(
            stack, "Clicks", "arn:aws:kinesis:eu-central-1:111122223333:stream/clicks");
    CheckpointedFunction job =
        Synthesis.orders(stack).source(SourceStream.existing(imported)).build();
    Resources template = Synthesis.template(stack);

    assertThat(template.all(STREAM)).isEmpty();
    assertThat(job.getStream().getStreamName()).isEqualTo("clicks");
    assertThat(template.environment("OrdersTaskordersmain"))
        .containsEntry("CAIRN_STREAM", "clicks");
    assertThat(template.statements("OrdersTaskRole"))
        .anyMatch(
            statement ->
                statement.endsWith("arn:aws:kinesis:eu-central-1:111122223333:stream/clicks"));
    assertThat(warnings(stack))
        .containsExactly(
            "how long the stream keeps records is not known here: make sure that it is 24 h or more,"
                + " and say so with SourceStream.existing(stream).keeping(…) [ack:"
                + " cairn:unknownRetention]");
  }

  @Test
  void aStreamOfTheSameAppIsLookedAt() {
    Stack stack = Synthesis.stack();
    IStream onDemand =
        software.amazon.awscdk.services.kinesis.Stream.Builder.create(stack, "Clicks")
            .streamMode(StreamMode.ON_DEMAND)
            .retentionPeriod(software.amazon.awscdk.Duration.hours(48))
            .build();
    Synthesis.orders(stack)
        .source(SourceStream.existing(onDemand))
        .checkpointingInterval(Duration.ofHours(12))
        .checkpointingNumRetained(4)
        .build();

    assertThat(warnings(stack))
        .containsExactlyInAnyOrder(
            "the stream keeps records for 48 h, and restoring every retained checkpoint needs 97 h:"
                + " raise its retention, or retain fewer checkpoints [ack: cairn:shortRetention]",
            "the stream is on-demand, so Kinesis may reshard it at any time, and resharding is not"
                + " supported yet: a shard that was split stops; use provisioned mode [ack:"
                + " cairn:onDemandStream]");
  }

  @Test
  void whatIsAllowedAndLikelyAMistakeIsWarnedOf() {
    Stack stack = Synthesis.stack();
    CheckpointedFunction.Builder.create(stack, "Orders")
        .job("orders")
        .function(Synthesis.FUNCTION)
        .code(Synthesis.code(Synthesis.FUNCTION))
        .source(SourceStream.ofShards(2))
        .timeout(Duration.ofMinutes(5))
        .checkpointingTimeout(Duration.ofMinutes(2))
        .build();

    assertThat(warnings(stack))
        .containsExactlyInAnyOrder(
            "no checkpoints are taken, so nothing can be restored: set checkpointingInterval(…) [ack:"
                + " cairn:noInterval]",
            "a checkpoint is aborted after 2 min, and an invocation may take 5 min: make"
                + " checkpointingTimeout(…) the longer one [ack: cairn:shortCheckpointTimeout]");
    assertThat(Synthesis.template(stack).environment("OrdersCoordinator"))
        .doesNotContainKey("EXECUTION_CHECKPOINTING_INTERVAL");
  }

  private static List<String> warnings(Stack stack) {
    return Annotations.fromStack(stack).findWarning("*", Match.anyValue()).stream()
        .map(warning -> String.valueOf(warning.getEntry().getData()))
        .toList();
  }

  @Test
  void nothingIsWarnedOfByDefault() {
    Stack stack = Synthesis.stack();
    Synthesis.orders(stack).build();

    assertThat(warnings(stack)).isEmpty();
  }

  @Test
  void theSameCoordinatorIsTheSameAsset() {
    JsonNode once =
        Defaults.TEMPLATE.named(FUNCTION, "OrdersCoordinator").at("/Properties/Code/S3Key");
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
