package dev.cairn.restart;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a shard remembers of its failures; small enough to be part of every journal entry.
 *
 * @param attempts how many failures were counted, 1 or more
 * @param firstAt when the first of them was
 * @param lastAt when the last of them was
 * @param lastBackoff how long after that the shard is left alone
 * @param recent when the latest of them were, oldest first, as far as the strategy needs it; at
 *     most {@value #MOST_RECENT}
 */
public record FailureHistory(
    int attempts, Instant firstAt, Instant lastAt, Duration lastBackoff, List<Instant> recent) {
  /** How many times of failures are kept at most. */
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

  /** When the shard may be tried again. */
  public Instant notBefore() {
    return lastAt.plus(lastBackoff);
  }

  /**
   * Whether the shard is to be left alone now. A last failure that lies in the future by more than
   * the delay was written by a clock that was off, and holds nobody up.
   */
  public boolean isWaiting(Instant now) {
    return now.isBefore(notBefore()) && !now.plus(lastBackoff).isBefore(lastAt);
  }
}
