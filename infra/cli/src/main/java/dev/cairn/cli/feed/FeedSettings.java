package dev.cairn.cli.feed;

import java.util.OptionalDouble;

/**
 * The part of a file to feed, and the rate.
 *
 * @param skip the number of records at the beginning that are not sent
 * @param limit the largest number of records to send
 * @param recordsPerSecond empty for as fast as the stream accepts them
 */
public record FeedSettings(long skip, long limit, OptionalDouble recordsPerSecond) {
  public FeedSettings {
    if (skip < 0) {
      throw new IllegalArgumentException(
          "so many records cannot be skipped: " + skip + "; give 0 or more (--skip)");
    }
    if (limit < 1) {
      throw new IllegalArgumentException(
          "so many records cannot be sent: " + limit + "; give 1 or more (--limit)");
    }
    recordsPerSecond.ifPresent(
        rate -> {
          if (!(rate > 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException(
                "the rate must be above 0 records per second, not " + rate + " (--rate)");
          }
        });
  }
}
