package dev.cairn.local.cost;

import dev.cairn.cli.prices.BilledUnit;
import dev.cairn.cli.prices.RequestUsage;
import java.time.Duration;

/**
 * The alternative without Cairn: a function on the same mapping that reads its key's item from
 * DynamoDB for each record, and writes it back on the condition that it has not changed.
 */
final class PerRecordFunction {
  private static final int ITEM_OVERHEAD_BYTES = 100;
  private static final double WRITE_UNIT_BYTES = 1024;
  private static final double READ_UNIT_BYTES = 4096;
  private static final int CALLS_PER_RECORD = 2;

  private PerRecordFunction() {}

  /** Returns the usage of a batch. */
  static RequestUsage batch(Workload workload, Assumptions assumptions) {
    int records = workload.batch();
    double itemBytes = workload.changedBytes() + ITEM_OVERHEAD_BYTES;
    int calls = CALLS_PER_RECORD * records;
    Duration waits = assumptions.dynamoDb().multipliedBy(calls);
    Meter meter = new Meter(assumptions);
    meter.invoke(
        "function",
        workload.memoryMb(),
        records,
        () -> meter.work(waits.dividedBy(Math.min(records, assumptions.overlapping())), calls));
    return meter
        .drain()
        .usage()
        .plus(BilledUnit.DYNAMODB_READ_UNIT, records * Math.ceil(itemBytes / READ_UNIT_BYTES))
        .plus(BilledUnit.DYNAMODB_WRITE_UNIT, records * Math.ceil(itemBytes / WRITE_UNIT_BYTES));
  }
}
