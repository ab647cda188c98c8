package dev.cairn.parallel;

import java.time.Duration;
import java.time.Instant;

/**
 * Limits the rate at which actions begin: a number per second, and a number at once after a pause.
 */
public final class Pace {
  private final Duration between;
  private final Duration burst;
  private Instant next = Instant.MIN;

  /**
   * @param perSecond how many actions may begin per second
   * @param atOnce how many of them may begin without waiting
   */
  public Pace(int perSecond, int atOnce) {
    this.between = Duration.ofSeconds(1).dividedBy(perSecond);
    this.burst = between.multipliedBy(atOnce);
  }

  /** Reserves a start, and returns how long the caller must wait before it begins. */
  public synchronized Duration reserve(Instant now) {
    Instant earliest = now.minus(burst);
    Instant mine = next.isBefore(earliest) ? earliest : next;
    next = mine.plus(between);
    return mine.isAfter(now) ? Duration.between(now, mine) : Duration.ZERO;
  }
}
