package dev.cairn.inmemory.lambda;

import java.time.Duration;

/**
 * How a mapping delivers. It always starts at TRIM_HORIZON and never discards a record.
 *
 * @param stream the stream's name
 * @param batchSize the most records in a batch, up to 10,000
 * @param firstBackoff the wait after a batch failed for the first time; doubles each time that it
 *     fails again
 * @param longestBackoff where the doubling ends
 */
public record MappingSettings(
    String stream, int batchSize, Duration firstBackoff, Duration longestBackoff) {
  public MappingSettings {
    if (batchSize < 1 || batchSize > 10_000) {
      throw new IllegalArgumentException(
          "the batch size of a mapping is from 1 to 10000, not " + batchSize);
    }
    if (firstBackoff.isNegative() || longestBackoff.compareTo(firstBackoff) < 0) {
      throw new IllegalArgumentException(
          "a mapping cannot wait from " + firstBackoff + " up to " + longestBackoff);
    }
  }

  /**
   * @param failures how many times in a row the batch has failed, at least 1
   */
  Duration backoff(int failures) {
    int doublings = Math.min(failures - 1, 30);
    Duration wait = firstBackoff.multipliedBy(1L << doublings);
    return wait.compareTo(longestBackoff) < 0 ? wait : longestBackoff;
  }
}
