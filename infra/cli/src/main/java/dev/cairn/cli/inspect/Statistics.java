package dev.cairn.cli.inspect;

import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Statistics of many values. A percentile is the smallest value that this percentage of the values
 * does not exceed, so it is always a measured value.
 */
public record Statistics(long min, long mean, long p50, long p90, long p99, long max) {

  /** Empty without a value. */
  public static Optional<Statistics> of(LongStream values) {
    long[] sorted = values.sorted().toArray();
    if (sorted.length == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Statistics(
            sorted[0],
            Math.round(LongStream.of(sorted).average().orElseThrow()),
            percentile(sorted, 50),
            percentile(sorted, 90),
            percentile(sorted, 99),
            sorted[sorted.length - 1]));
  }

  private static long percentile(long[] sorted, int percent) {
    int rank = Math.ceilDiv(sorted.length * percent, 100);
    return sorted[Math.max(1, rank) - 1];
  }
}
