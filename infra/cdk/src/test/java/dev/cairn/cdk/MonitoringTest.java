package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.events.EventBus;
import software.amazon.awscdk.services.sns.Topic;

/** The alarms, and the events that a job sends. */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class MonitoringTest {
  @Test
  void alarmsTellWhatSomeoneHasToActOn() {
    assertThat(
            DefaultJob.TEMPLATE.all("AWS::CloudWatch::Alarm").stream()
                .map(MonitoringTest::describe))
        .containsExactlyInAnyOrder(
            "AWS/Lambda IteratorAge FunctionName=OrdersTaskordersmain Maximum"
                + " GreaterThanOrEqualToThreshold 600000 for 1 x 300 s, missing: notBreaching",
            "IF(FILL(arriving, 0) > 0 AND FILL(invocations, 0) < 1, 1, 0)"
                + " GreaterThanOrEqualToThreshold 1 for 2, missing: notBreaching",
            "Cairn numberOfMappingProblems Job=orders Maximum GreaterThanOrEqualToThreshold 1 for 1"
                + " x 300 s, missing: ignore",
            "Cairn jobFailed Job=orders Maximum GreaterThanOrEqualToThreshold 1 for 1 x 300 s,"
                + " missing: notBreaching",
            "Cairn numberOfFailingSubtasks Job=orders Maximum GreaterThanOrEqualToThreshold 1 for 2"
                + " x 300 s, missing: notBreaching",
            "Cairn numberOfUndrainedShards Job=orders Maximum GreaterThanOrEqualToThreshold 1 for 3"
                + " x 300 s, missing: notBreaching",
            "Cairn numberOfExpiredShards Job=orders Maximum GreaterThanOrEqualToThreshold 1 for 1 x"
                + " 300 s, missing: notBreaching",
            "Cairn numberOfUncoveredHashRanges Job=orders Maximum GreaterThanOrEqualToThreshold 1"
                + " for 2 x 300 s, missing: notBreaching",
            "AWS/Lambda Errors FunctionName=OrdersTaskordersmain Sum GreaterThanOrEqualToThreshold"
                + " 1 for 2 x 300 s, missing: notBreaching",
            "AWS/Lambda Throttles FunctionName=OrdersTaskordersmain Sum"
                + " GreaterThanOrEqualToThreshold 1 for 2 x 300 s, missing: notBreaching",
            "AWS/Lambda Duration FunctionName=OrdersTaskordersmain Maximum"
                + " GreaterThanOrEqualToThreshold 54000 for 3 x 300 s, missing: notBreaching",
            "Cairn subtaskMemoryUtilization Job=orders Maximum GreaterThanOrEqualToThreshold 70 for"
                + " 1 x 300 s, missing: notBreaching",
            "Cairn numberOfFailedCheckpointsInARow Job=orders Maximum"
                + " GreaterThanOrEqualToThreshold 3 for 1 x 300 s, missing: ignore",
            "Cairn numberOfDeadLetters Job=orders Sum GreaterThanOrEqualToThreshold 1 for 1 x 300"
                + " s, missing: notBreaching",
            "Cairn numberOfDamagedFiles Job=orders Maximum GreaterThanOrEqualToThreshold 1 for 1 x"
                + " 300 s, missing: ignore",
            "Cairn numberOfRefusedRequests Job=orders Sum GreaterThanOrEqualToThreshold 1 for 1 x"
                + " 300 s, missing: notBreaching",
            "AWS/Lambda Invocations FunctionName=OrdersCoordinator Sum LessThanThreshold 1 for 1 x"
                + " 300 s, missing: breaching",
            "AWS/Lambda Errors FunctionName=OrdersCoordinator Sum GreaterThanOrEqualToThreshold 1"
                + " for 5 x 60 s, missing: notBreaching");
    assertThat(DefaultJob.TEMPLATE.all("AWS::CloudWatch::Dashboard")).hasSize(1);
  }

  private static String describe(JsonNode alarm) {
    JsonNode p = Resources.properties(alarm);
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
        Resources.properties(
            DefaultJob.TEMPLATE.named("AWS::CloudWatch::Alarm", "OrdersUndeliveredRecordsAlarm"));
    assertThat(alarm.get("Metrics")).hasSize(3);
    assertThat(alarm.get("Metrics").findValuesAsText("MetricName"))
        .containsExactlyInAnyOrder("IncomingRecords", "Invocations");
    assertThat(alarm.get("Metrics").findValues("Value").stream().map(Resources::text))
        .containsExactlyInAnyOrder("OrdersStream", "OrdersTaskordersmain");
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
        .hasSize(18)
        .allMatch(alarm -> Resources.text(alarm.at("/Properties/AlarmActions/0")).equals("Oncall"))
        .allMatch(alarm -> Resources.text(alarm.at("/Properties/OKActions/0")).equals("Relief"));
    assertThat(
            Resources.properties(template.named("AWS::CloudWatch::Alarm", "OrdersIteratorAgeAlarm"))
                .get("Threshold")
                .asLong())
        .isEqualTo(Duration.ofHours(1).toMillis());
    assertThat(
            Resources.properties(
                    template.named("AWS::CloudWatch::Alarm", "OrdersTaskDurationAlarm"))
                .get("Threshold")
                .asLong())
        .isEqualTo(270_000);
    assertThat(DefaultJob.TEMPLATE.all("AWS::CloudWatch::Alarm"))
        .noneMatch(alarm -> Resources.properties(alarm).has("OKActions"));
  }

  @Test
  void aBusIsToldIfThereIsOneAndTheCoordinatorMayPutEventsThereAlone() {
    assertThat(DefaultJob.TEMPLATE.environment("OrdersCoordinator"))
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
}
