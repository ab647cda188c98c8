package dev.cairn.local.cost;

import java.time.Duration;

/**
 * The assumptions of the cost computation that cannot be measured on one machine: AWS's response
 * times, and what runs in addition to the pipeline. All of them are printed with the costs.
 *
 * @param dynamoDb one call
 * @param dynamoDbTransaction one transaction
 * @param s3Write one PUT or LIST
 * @param s3Read one GET or HEAD
 * @param overhead of the runtime, for each invocation
 * @param processing what a record takes on one whole vCPU
 * @param calling what a call of the SDK takes on one whole vCPU
 * @param coordinatorMb the coordinator's memory, as the construct has it
 * @param entriesKept how long a journal entry stays in the table, rounded up to what time to live
 *     needs
 * @param logBytesPerInvocation Lambda's own lines START, END and REPORT
 * @param logBytesPerCheckpoint the coordinator's lines of each, with their metrics
 * @param alarms what the construct makes
 * @param dashboards what the construct makes
 * @param metrics how many custom metrics a running job has
 * @param overlapping how many calls a function that keeps its state in DynamoDB makes at once
 */
record Assumptions(
    Duration dynamoDb,
    Duration dynamoDbTransaction,
    Duration s3Write,
    Duration s3Read,
    Duration overhead,
    Duration processing,
    Duration calling,
    int coordinatorMb,
    Duration entriesKept,
    int logBytesPerInvocation,
    int logBytesPerCheckpoint,
    int alarms,
    int dashboards,
    int metrics,
    int overlapping) {
  private static final double MB_OF_ONE_VCPU = 1769;

  static final Assumptions DEFAULTS =
      new Assumptions(
          Duration.ofMillis(5),
          Duration.ofMillis(12),
          Duration.ofMillis(40),
          Duration.ofMillis(25),
          Duration.ofMillis(2),
          Duration.ofNanos(30_000),
          Duration.ofNanos(200_000),
          1024,
          Duration.ofDays(3),
          350,
          2_500,
          18,
          1,
          10,
          10);

  /** How long something takes that takes so long on one whole vCPU. */
  Duration onShareOf(int memoryMb, Duration onOneVcpu) {
    double share = Math.min(1, memoryMb / MB_OF_ONE_VCPU);
    return Duration.ofNanos((long) (onOneVcpu.toNanos() / share));
  }
}
