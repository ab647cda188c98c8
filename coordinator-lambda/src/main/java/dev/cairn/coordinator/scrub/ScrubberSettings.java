package dev.cairn.coordinator.scrub;

import java.time.Duration;

/**
 * How a scrubber works.
 *
 * @param interval from the beginning of one round over all files to that of the next
 * @param reserve no file is begun with less of the invocation's time left
 * @param filesBetweenSaves after so many files it is stored how far the round is
 * @param largestRunInMemory the blocks of a larger run are not looked into; its SHA-256, which
 *     covers every byte, is checked all the same
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

  /** As deployed: a file has two GiB at most, which is read in much less than the reserve. */
  public static ScrubberSettings each(Duration interval) {
    return new ScrubberSettings(interval, Duration.ofMinutes(2), 100, 64 << 20);
  }
}
