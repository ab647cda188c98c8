package dev.cairn.cli.feed;

import java.util.OptionalDouble;

/**
 * What of a file is fed, and how fast.
 *
 * @param skip how many records at its beginning are not sent
 * @param limit how many are sent at most
 * @param recordsPerSecond empty for as fast as the stream takes them
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
