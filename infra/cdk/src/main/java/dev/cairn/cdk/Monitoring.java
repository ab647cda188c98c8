package dev.cairn.cdk;

import dev.cairn.settings.FlinkDuration;
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
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.lambda.IFunction;
import software.constructs.Construct;

/**
 * The alarms and the dashboard of a job. Its own metrics are those that its functions print.
 *
 * @param streamName the stream that the job reads
 */
record Monitoring(
    ConstructSettings settings, IFunction task, IFunction coordinator, String streamName) {
  private static final String NAMESPACE = "Cairn";
  private static final int FAILED_CHECKPOINTS_IN_A_ROW = 3;
  private static final int LARGE_SUBTASK_PERCENT = 70;

  // As a fraction of the time-out. Only a long replay normally takes longer.
  private static final int LONG_INVOCATION_PERCENT = 90;

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
                "records wait for "
                    + FlinkDuration.print(settings.alarming().lag())
                    + " or longer: a shard stands still or falls behind, and loses records when"
                    + " they expire; cairn status says which and why",
                ofTask("IteratorAge", "Maximum", 5),
                settings.alarming().lag().toMillis(),
                1,
                TreatMissingData.NOT_BREACHING),
            undelivered(scope),
            alarm(
                scope,
                "MappingAlarm",
                "the mapping was switched off, does not deliver, or is set so that state gets"
                    + " wrong: cairn status says what",
                ofJob("numberOfMappingProblems", "Maximum", 5),
                1,
                1,
                TreatMissingData.IGNORE),
            alarm(
                scope,
                "JobFailedAlarm",
                "the job is FAILED and applies nothing: cairn status says why",
                ofJob("jobFailed", "Maximum", 5),
                1,
                1,
                TreatMissingData.NOT_BREACHING),
            alarm(
                scope,
                "FailingSubtasksAlarm",
                "a shard fails again and again and applies nothing: cairn status says which"
                    + " and why",
                ofJob("numberOfFailingSubtasks", "Maximum", 5),
                1,
                2,
                TreatMissingData.NOT_BREACHING),
            alarm(
                scope,
                "UndrainedShardsAlarm",
                "a split or a merge has closed a shard, and no task applies the rest of it, so that"
                    + " its children cannot begin: cairn status says which and why",
                ofJob("numberOfUndrainedShards", "Maximum", 5),
                1,
                3,
                TreatMissingData.NOT_BREACHING),
            alarm(
                scope,
                "ExpiredShardsAlarm",
                "records of a closed shard have expired unread, and shards wait until someone"
                    + " accepts that: cairn status says which",
                ofJob("numberOfExpiredShards", "Maximum", 5),
                1,
                1,
                TreatMissingData.NOT_BREACHING),
            alarm(
                scope,
                "UncoveredHashRangesAlarm",
                "no shard has a part of the hash keys, so that their records reach no task: cairn"
                    + " status says which",
                ofJob("numberOfUncoveredHashRanges", "Maximum", 5),
                1,
                2,
                TreatMissingData.NOT_BREACHING),
            alarm(
                scope,
                "TaskErrorsAlarm",
                "invocations of the task end in errors again and again: its log says why",
                ofTask("Errors", "Sum", 5),
                1,
                2,
                TreatMissingData.NOT_BREACHING),
            alarm(
                scope,
                "TaskThrottlesAlarm",
                "the task is throttled: raise its reserved concurrency or the account's",
                ofTask("Throttles", "Sum", 5),
                1,
                2,
                TreatMissingData.NOT_BREACHING),
            alarm(
                scope,
                "TaskDurationAlarm",
                "invocations take "
                    + LONG_INVOCATION_PERCENT
                    + " % of the time-out or more for a quarter of an hour: raise the time-out or"
                    + " the memory, or take smaller batches, unless a restore replays",
                ofTask("Duration", "Maximum", 5),
                settings.lambda().timeout().toMillis() * LONG_INVOCATION_PERCENT / 100,
                3,
                TreatMissingData.NOT_BREACHING),
            alarm(
                scope,
                "SubtaskMemoryAlarm",
                "one shard's state takes "
                    + LARGE_SUBTASK_PERCENT
                    + " % of the function's heap or more: raise the memory before it no"
                    + " longer fits",
                ofJob("subtaskMemoryUtilization", "Maximum", 5),
                LARGE_SUBTASK_PERCENT,
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
                "records could not be processed and are dead letters",
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
        .alarming()
        .topic()
        .ifPresent(topic -> alarms.forEach(alarm -> alarm.addAlarmAction(new SnsAction(topic))));
    settings
        .alarming()
        .okTopic()
        .ifPresent(topic -> alarms.forEach(alarm -> alarm.addOkAction(new SnsAction(topic))));
    return alarms;
  }

  /**
   * An alarm for records that arrive while the task is not invoked. The iterator age cannot show
   * this: Lambda reports it only when it delivers records.
   */
  private Alarm undelivered(Construct scope) {
    Map<String, IMetric> using =
        Map.of(
            "arriving",
            metric("AWS/Kinesis", "IncomingRecords", Map.of("StreamName", streamName), "Sum", 5),
            "invocations",
            ofTask("Invocations", "Sum", 5));
    return Alarm.Builder.create(scope, "UndeliveredRecordsAlarm")
        .alarmDescription(
            describe(
                "records arrive in the stream and the task is not called: the mapping is off or"
                    + " broken, or the job has halted"))
        .metric(
            MathExpression.Builder.create()
                .expression("IF(FILL(arriving, 0) > 0 AND FILL(invocations, 0) < 1, 1, 0)")
                .usingMetrics(using)
                .label("records arrive, and none are delivered")
                .period(software.amazon.awscdk.Duration.minutes(5))
                .build())
        .threshold(1)
        .comparisonOperator(ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD)
        .evaluationPeriods(2)
        .treatMissingData(TreatMissingData.NOT_BREACHING)
        .build();
  }

  /**
   * Creates an alarm that goes on when the metric is at or above the threshold for the given number
   * of periods.
   */
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
                        "Restores, refusals, dead letters, damaged files, the mapping's problems",
                        ofJob("numberOfRestores", "Sum", 1),
                        ofJob("numberOfRefusedRequests", "Sum", 1),
                        ofJob("numberOfDeadLetters", "Sum", 1),
                        ofJob("numberOfDamagedFiles", "Maximum", 1),
                        ofJob("numberOfMappingProblems", "Maximum", 1)),
                    graph(
                        "The largest shard's state (% of the heap)",
                        ofJob("subtaskMemoryUtilization", "Maximum", 1)),
                    graph(
                        "Shards that a split or a merge holds up",
                        ofJob("numberOfUndrainedShards", "Maximum", 1),
                        ofJob("numberOfWaitingShards", "Maximum", 1),
                        ofJob("numberOfExpiredShards", "Maximum", 1),
                        ofJob("numberOfUncoveredHashRanges", "Maximum", 1)),
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
