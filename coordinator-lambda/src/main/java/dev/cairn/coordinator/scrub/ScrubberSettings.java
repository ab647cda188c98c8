package dev.cairn.coordinator.scrub;

import java.time.Duration;

/**
 * The settings of a scrubber.
 *
 * @param interval the time from the beginning of one round to the beginning of the next
 * @param reserve no file is begun with less of the invocation's time left
 * @param filesBetweenSaves the progress is stored after this many files
 * @param largestRunInMemory the blocks of a larger run are not checked; its SHA-256, which covers
 *     every byte, always is
 */
public record ScrubberSettings(
    Duration interval, Duration reserve, int filesBetweenSaves, int largestRunInMemory) {
  public static final Duration DEFAULT_INTERVAL = Duration.ofDays(1);

  public ScrubberSettings {
    if (interval.isZero() || interval.isNegative() || filesBetweenSaves < 1) {
      throw new IllegalArgumentException(
          "a scrubber cannot begin a round each "
              + interval
              + " and save after "
              + filesBetweenSaves);
    }
  }

  /**
   * Returns the deployed settings: a file has at most 2 GiB, which is read in much less than the
   * reserve.
   */
  public static ScrubberSettings each(Duration interval) {
    return new ScrubberSettings(interval, Duration.ofMinutes(2), 100, 64 << 20);
  }
}
