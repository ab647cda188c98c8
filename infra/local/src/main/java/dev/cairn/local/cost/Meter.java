package dev.cairn.local.cost;

import dev.cairn.cli.prices.BilledUnit;
import dev.cairn.cli.prices.RequestUsage;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts requests, what AWS charges for them, and how long the invocations that make them take. Not
 * thread-safe.
 */
final class Meter {
  private static final double MB_OF_A_GB = 1024;
  private static final double DAYS_OF_A_MONTH = 365 / 12.0;

  private final Assumptions assumptions;
  private final TreeMap<String, Long> requests = new TreeMap<>();
  private RequestUsage usage = RequestUsage.NONE;
  private Duration waited = Duration.ZERO;
  // Belongs to the invocation in progress.
  private int memoryMb = 1;

  /**
   * The counts so far.
   *
   * @param requests how many, by what they are, such as {@code DynamoDB Query}
   */
  record Count(Map<String, Long> requests, RequestUsage usage) {
    Count {
      requests = Map.copyOf(requests);
    }

    long of(String request) {
      return requests.getOrDefault(request, 0L);
    }
  }

  Meter(Assumptions assumptions) {
    this.assumptions = assumptions;
  }

  /** One invocation of a function: the requests that it makes are what it waits for. */
  void invoke(String function, int functionMb, int records, Runnable body) {
    memoryMb = functionMb;
    waited = Duration.ZERO;
    body.run();
    Duration billed =
        assumptions
            .overhead()
            .plus(waited)
            .plus(assumptions.onShareOf(memoryMb, assumptions.processing().multipliedBy(records)));
    count("Lambda " + function);
    usage =
        usage
            .plus(BilledUnit.LAMBDA_REQUEST, 1)
            .plus(BilledUnit.LAMBDA_GB_SECOND, gbSeconds(billed))
            .plus(BilledUnit.LOGS_GB, assumptions.logBytesPerInvocation() / 1e9);
  }

  /** Lambda charges for each millisecond that has begun. */
  private double gbSeconds(Duration billed) {
    return Math.ceil(billed.toNanos() / 1e6) / 1000 * (memoryMb / MB_OF_A_GB);
  }

  void dynamoDb(String request, Duration takes, double readUnits, double writeUnits) {
    call("DynamoDB " + request, takes);
    usage =
        usage
            .plus(BilledUnit.DYNAMODB_READ_UNIT, readUnits)
            .plus(BilledUnit.DYNAMODB_WRITE_UNIT, writeUnits);
  }

  /** A new item of so many KB, which stays for as long as journal entries do. */
  void stored(double kilobytes) {
    use(
        BilledUnit.DYNAMODB_GB_MONTH,
        kilobytes / 1e6 * assumptions.entriesKept().toDays() / DAYS_OF_A_MONTH);
  }

  void s3Write(String request) {
    call("S3 " + request, assumptions.s3Write());
    usage = usage.plus(BilledUnit.S3_WRITE, 1);
  }

  void s3Read(String request) {
    call("S3 " + request, assumptions.s3Read());
    usage = usage.plus(BilledUnit.S3_READ, 1);
  }

  void s3Delete() {
    call("S3 DELETE", assumptions.s3Write());
  }

  private void call(String request, Duration takes) {
    count(request);
    work(takes, 1);
  }

  /** Adds calls, and the time that the invocation waits for their responses. */
  void work(Duration waits, int calls) {
    waited =
        waited
            .plus(waits)
            .plus(assumptions.onShareOf(memoryMb, assumptions.calling().multipliedBy(calls)));
  }

  private void count(String request) {
    requests.merge(request, 1L, Long::sum);
  }

  void use(BilledUnit what, double amount) {
    usage = usage.plus(what, amount);
  }

  /** Returns the counts since the last call. */
  Count drain() {
    Count drained = new Count(requests, usage);
    requests.clear();
    usage = RequestUsage.NONE;
    return drained;
  }
}
