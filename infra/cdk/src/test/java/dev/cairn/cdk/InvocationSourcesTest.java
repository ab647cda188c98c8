package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.state.StartPosition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The mappings, the rules and the queue that invoke the functions. */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class InvocationSourcesTest {
  private static final String FUNCTION = "AWS::Lambda::Function";
  private static final String MAPPING = "AWS::Lambda::EventSourceMapping";
  private static final String ALIAS = "AWS::Lambda::Alias";

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
    assertThat(
            texts(
                Resources.properties(
                    DefaultJob.TEMPLATE.named(MAPPING, "OrdersSourceMappingordersmain"))))
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
      assertThat(DefaultJob.TEMPLATE.names()).contains(ofJob + "ordersmain");
      assertThat(renamed.names())
          .contains(ofJob + "renamedmain")
          .doesNotContain(ofJob + "ordersmain");
      assertThat(restaged.names())
          .contains(ofJob + "ordersrenamed")
          .doesNotContain(ofJob + "ordersmain");
    }
  }

  @Test
  void taskAndMappingBeginAtTheSameTimestamp() {
    Resources template =
        Synthesis.template(
            job ->
                job.start(
                    new StartPosition.AtTimestamp(Instant.parse("2026-11-21T14:00:00.250Z"))));

    JsonNode mapping =
        Resources.properties(template.named(MAPPING, "OrdersSourceMappingordersmain"));
    assertThat(mapping.get("StartingPosition").asText()).isEqualTo("AT_TIMESTAMP");
    assertThat(mapping.get("StartingPositionTimestamp").asDouble()).isEqualTo(1795269600.25);
    assertThat(template.environment("OrdersTaskordersmain"))
        .containsEntry("CAIRN_START", "2026-11-21T14:00:00.250Z");
  }

  @Test
  void theCoordinatorIsCalledEachMinuteByItsRuleOnly() {
    JsonNode rule =
        Resources.properties(DefaultJob.TEMPLATE.named("AWS::Events::Rule", "OrdersTick"));
    assertThat(rule.get("ScheduleExpression").asText()).isEqualTo("rate(1 minute)");
    assertThat(rule.get("Targets")).hasSize(1);
    assertThat(Resources.text(rule.at("/Targets/0/Arn"))).isEqualTo("OrdersCoordinator.Arn");
    assertThat(rule.at("/Targets/0/Input").asText()).isEqualTo("{\"cairn\":\"tick\"}");
    assertThat(DefaultJob.TEMPLATE.all("AWS::Lambda::Permission"))
        .allMatch(
            permission ->
                Resources.properties(permission)
                    .get("Principal")
                    .asText()
                    .equals("events.amazonaws.com"))
        .extracting(permission -> Resources.text(Resources.properties(permission).get("SourceArn")))
        .containsExactlyInAnyOrder("OrdersTick.Arn", "OrdersScrubRule.Arn");
  }

  @Test
  void theTickQueueIsKeptShortAndFeedsTheCoordinator() {
    JsonNode queue = Resources.properties(DefaultJob.TEMPLATE.only("AWS::SQS::Queue"));
    assertThat(queue.get("SqsManagedSseEnabled").asBoolean()).isTrue();
    assertThat(queue.get("MessageRetentionPeriod").asInt()).isEqualTo(300);
    // Lambda refuses a queue that shows a message again while its function may still work on it.
    assertThat(queue.get("VisibilityTimeout").asInt())
        .isEqualTo(
            Resources.properties(DefaultJob.TEMPLATE.named(FUNCTION, "OrdersCoordinator"))
                .get("Timeout")
                .asInt());
    assertThat(
            texts(
                Resources.properties(DefaultJob.TEMPLATE.named(MAPPING, "OrdersTickQueueMapping"))))
        .isEqualTo(
            Map.of(
                "BatchSize", "1",
                "EventSourceArn", "OrdersTickQueue.Arn",
                "FunctionName", "OrdersCoordinator.Arn"));
  }

  @Test
  void theTableStreamCarriesAcknowledgementsAndRequestsOnly() {
    JsonNode mapping =
        Resources.properties(DefaultJob.TEMPLATE.named(MAPPING, "OrdersTableStreamMapping"));

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

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new TreeMap<>();
    object
        .properties()
        .forEach(entry -> texts.put(entry.getKey(), Resources.text(entry.getValue())));
    return texts;
  }
}
