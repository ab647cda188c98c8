package dev.cairn.system.scale;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The time of whatever runs at the moment. One thing is run to its end after the other, each from
 * its own beginning: they overlap in time although not in the order of their effects.
 */
final class VirtualTime implements InstantSource {
  private final SplittableRandom random = new SplittableRandom(1);
  private Instant now;
  private Processor processor = new Processor(Duration.ZERO);

  VirtualTime(Instant start) {
    this.now = start;
  }

  /** One container's share of a processor: so many calls fit into each stretch of time. */
  static final class Processor {
    private static final Duration STRETCH = Duration.ofMillis(20);

    private final Duration call;
    private final Map<Long, Integer> made = new HashMap<>();

    /**
     * @param call what making one call takes
     */
    Processor(Duration call) {
      this.call = call;
    }

    /** When a call is made that is ready to be made at this time. */
    Instant take(Instant ready) {
      long stretch = ready.toEpochMilli() / STRETCH.toMillis();
      int most = call.isZero() ? Integer.MAX_VALUE : (int) STRETCH.dividedBy(call);
      long later = stretch;
      while (made.getOrDefault(later, 0) >= most) {
        later++;
      }
      made.merge(later, 1, Integer::sum);
      Instant begun = later == stretch ? ready : Instant.ofEpochMilli(later * STRETCH.toMillis());
      return begun.plus(call);
    }
  }

  @Override
  public Instant instant() {
    return now;
  }

  /** Runs something from this time on; answers when it ended. */
  Instant at(Instant start, Processor on, Runnable body) {
    Instant before = now;
    Processor other = processor;
    now = start;
    processor = on;
    try {
      body.run();
      return now;
    } finally {
      now = before;
      processor = other;
    }
  }

  void set(Instant time) {
    now = time;
  }

  /**
   * A call whose answer usually takes this long: seldom less than half of it, one in 200 ten times.
   */
  void call(Duration usual) {
    double factor = random.nextInt(200) == 0 ? 10 : 0.6 + random.nextDouble() * 0.8;
    now = processor.take(now).plusNanos((long) (usual.toNanos() * factor));
  }

  /** Up to so long, drawn evenly. */
  Duration upTo(Duration most) {
    return Duration.ofNanos(random.nextLong(most.toNanos()));
  }
}
