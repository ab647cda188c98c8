package dev.cairn.cdk;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.AlarmStatusWidget;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.Dashboard;
import software.amazon.awscdk.services.cloudwatch.GraphWidget;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.IWidget;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.lambda.IFunction;
import software.constructs.Construct;

/**
 * What someone has to be told of, and what they look at then. The job's own metrics are those that
 * its functions print.
 *
 * @param retention how long the stream keeps records, or the shortest that is possible
 */
record Monitoring(Settings settings, IFunction task, IFunction coordinator, Duration retention) {
  private static final String NAMESPACE = "Cairn";
  private static final int FAILED_CHECKPOINTS_IN_A_ROW = 3;

  List<Alarm> alarms(Construct scope) {
    List<Alarm> alarms = new ArrayList<>();
    if (settings.checkpointing().scrubInterval().isPresent()) {
      alarms.add(
          alarm(
              scope,
              "DamagedFilesAlarm",
              "files that are needed are damaged: cairn status says which, and who needs them",
              ofJob("numberOfDamagedFiles", "Maximum", 5),
              1,
              1,
              TreatMissingData.IGNORE));
    }
    alarms.addAll(
        List.of(
            alarm(
                scope,
                "IteratorAgeAlarm",
                "records wait for a quarter of the stream's retention: a shard stands still, and"
                    + " loses records when they expire",
                ofTask("IteratorAge", "Maximum", 5),
                retention.dividedBy(4).toMillis(),
                1,
                TreatMissingData.NOT_BREACHING),
            alarm(
                scope,
                "FailedCheckpointsAlarm",
                FAILED_CHECKPOINTS_IN_A_ROW
                    + " checkpoints in a row did not complete: cairn checkpoints says why",
                ofJob("numberOfFailedCheckpointsInARow", "Maximum", 5),
                FAILED_CHECKPOINTS_IN_A_ROW,
                1,
                TreatMissingData.IGNORE),
            alarm(
                scope,
                "DeadLettersAlarm",
                "records could not be processed and were set aside",
                ofJob("numberOfDeadLetters", "Sum", 5),
                1,
                1,
                TreatMissingData.NOT_BREACHING),
            alarm(
                scope,
                "RefusedRequestAlarm",
                "what somebody asked for was refused, and nothing was changed: refusal on the job's"
                    + " item says why",
                ofJob("numberOfRefusedRequests", "Sum", 5),
                1,
                1,
                TreatMissingData.NOT_BREACHING),
            Alarm.Builder.create(scope, "CoordinatorSilentAlarm")
                .alarmDescription(
                    describe(
                        "the coordinator was not called for five minutes: is its rule enabled?"))
                .metric(ofCoordinator("Invocations", "Sum", 5))
                .threshold(1)
                .comparisonOperator(ComparisonOperator.LESS_THAN_THRESHOLD)
                .evaluationPeriods(1)
                .treatMissingData(TreatMissingData.BREACHING)
                .build(),
            alarm(
                scope,
                "CoordinatorErrorsAlarm",
                "the coordinator fails at every tick: its log says why",
                ofCoordinator("Errors", "Sum", 1),
                1,
                5,
                TreatMissingData.NOT_BREACHING)));
    settings
        .alarmTopic()
        .ifPresent(topic -> alarms.forEach(alarm -> alarm.addAlarmAction(new SnsAction(topic))));
    return alarms;
  }

  /** At or above the threshold for so many periods. */
  private Alarm alarm(
      Construct scope,
      String id,
      String means,
      Metric metric,
      long threshold,
      int periods,
      TreatMissingData missing) {
    return Alarm.Builder.create(scope, id)
        .alarmDescription(describe(means))
        .metric(metric)
        .threshold(threshold)
        .comparisonOperator(ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD)
        .evaluationPeriods(periods)
        .treatMissingData(missing)
        .build();
  }

  private String describe(String means) {
    return "Cairn job " + settings.job() + ": " + means;
  }

  void dashboard(Construct scope, List<Alarm> alarms) {
    Dashboard.Builder.create(scope, "Dashboard")
        .widgets(
            List.of(
                List.<IWidget>of(
                    AlarmStatusWidget.Builder.create()
                        .title("Cairn job " + settings.job())
                        .alarms(alarms)
                        .width(24)
                        .build()),
                List.of(
                    graph(
                        "Checkpoints",
                        ofJob("numberOfCompletedCheckpoints", "Sum", 1),
                        ofJob("numberOfFailedCheckpoints", "Sum", 1)),
                    graph(
                        "Duration of a checkpoint (ms)",
                        ofJob("lastCheckpointDuration", "Maximum", 1)),
                    graph(
                        "Size of a checkpoint (bytes)",
                        ofJob("lastCheckpointSize", "Maximum", 1),
                        ofJob("lastCheckpointFullSize", "Maximum", 1))),
                List.of(
                    graph("Age of waiting records (ms)", ofTask("IteratorAge", "Maximum", 1)),
                    graph(
                        "Invocations of the task",
                        ofTask("Invocations", "Sum", 1),
                        ofTask("Errors", "Sum", 1),
                        ofTask("Throttles", "Sum", 1)),
                    graph(
                        "Duration of an invocation (ms)",
                        ofTask("Duration", "Average", 1),
                        ofTask("Duration", "Maximum", 1))),
                List.of(
                    graph(
                        "Restores, refusals, dead letters, damaged files",
                        ofJob("numberOfRestores", "Sum", 1),
                        ofJob("numberOfRefusedRequests", "Sum", 1),
                        ofJob("numberOfDeadLetters", "Sum", 1),
                        ofJob("numberOfDamagedFiles", "Maximum", 1)),
                    graph(
                        "Invocations of the coordinator",
                        ofCoordinator("Invocations", "Sum", 1),
                        ofCoordinator("Errors", "Sum", 1)),
                    graph(
                        "Duration of the coordinator (ms)",
                        ofCoordinator("Duration", "Maximum", 1)))))
        .build();
  }

  private static IWidget graph(String title, IMetric... metrics) {
    return GraphWidget.Builder.create().title(title).left(List.of(metrics)).width(8).build();
  }

  private Metric ofJob(String name, String statistic, int minutes) {
    return metric(NAMESPACE, name, Map.of("Job", settings.job().value()), statistic, minutes);
  }

  private Metric ofTask(String name, String statistic, int minutes) {
    return ofFunction(task, name, statistic, minutes);
  }

  private Metric ofCoordinator(String name, String statistic, int minutes) {
    return ofFunction(coordinator, name, statistic, minutes);
  }

  private static Metric ofFunction(IFunction function, String name, String statistic, int minutes) {
    return metric(
        "AWS/Lambda", name, Map.of("FunctionName", function.getFunctionName()), statistic, minutes);
  }

  private static Metric metric(
      String namespace,
      String name,
      Map<String, String> dimensions,
      String statistic,
      int minutes) {
    return Metric.Builder.create()
        .namespace(namespace)
        .metricName(name)
        .dimensionsMap(dimensions)
        .statistic(statistic)
        .period(software.amazon.awscdk.Duration.minutes(minutes))
        .build();
  }
}
