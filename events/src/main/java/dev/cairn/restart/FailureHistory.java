package dev.cairn.restart;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The history of a shard's failures, small enough to be part of every journal entry.
 *
 * @param attempts how many failures were counted, 1 or more
 * @param firstAt the time of the first failure
 * @param lastAt the time of the last failure
 * @param lastBackoff how long after the last failure the shard is not retried
 * @param recent the times of the latest failures, oldest first, as many as the strategy needs; at
 *     most {@value #MOST_RECENT}
 */
public record FailureHistory(
    int attempts, Instant firstAt, Instant lastAt, Duration lastBackoff, List<Instant> recent) {
  /** The largest number of failure times that are kept. */
  public static final int MOST_RECENT = 100;

  public FailureHistory {
    recent = List.copyOf(recent);
    if (attempts < 1) {
      throw new IllegalArgumentException("failures begin with the first, not with " + attempts);
    }
    if (lastBackoff.isNegative()) {
      throw new IllegalArgumentException("a delay of " + lastBackoff + " is none");
    }
    if (recent.size() > MOST_RECENT) {
      throw new IllegalArgumentException(
          recent.size() + " times of failures are more than the " + MOST_RECENT + " that are kept");
    }
  }

  FailureHistory with(List<Instant> latest) {
    return new FailureHistory(attempts, firstAt, lastAt, lastBackoff, latest);
  }

  /** Returns when the shard may be retried. */
  public Instant notBefore() {
    return lastAt.plus(lastBackoff);
  }

  /**
   * Whether the shard must not be retried now. If the last failure is further in the future than
   * the delay, a wrong clock wrote it, and it is ignored.
   */
  public boolean isWaiting(Instant now) {
    return now.isBefore(notBefore()) && !now.plus(lastBackoff).isBefore(lastAt);
  }
}
