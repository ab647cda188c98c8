package dev.cairn.parallel;

import java.time.Duration;
import java.time.Instant;

/**
 * Spreads what begins over time: so many a second, and as many at once where nothing has begun for
 * a while.
 */
public final class Pace {
  private final Duration between;
  private final Duration burst;
  private Instant next = Instant.MIN;

  /**
   * @param perSecond how many may begin in a second
   * @param immediately how many of them need not wait for each other
   */
  public Pace(int perSecond, int atOnce) {
    this.between = Duration.ofSeconds(1).dividedBy(perSecond);
    this.burst = between.multipliedBy(atOnce);
  }

  /** How long the one that asks now has to wait before it begins. */
  public synchronized Duration reserve(Instant now) {
    Instant earliest = now.minus(burst);
    Instant mine = next.isBefore(earliest) ? earliest : next;
    next = mine.plus(between);
    return mine.isAfter(now) ? Duration.between(now, mine) : Duration.ZERO;
  }
}
