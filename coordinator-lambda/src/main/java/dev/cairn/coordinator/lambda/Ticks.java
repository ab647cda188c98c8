package dev.cairn.coordinator.lambda;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Computes the ticks between two ticks of the rule, which fires once a minute. For shorter
 * checkpoint intervals, each of them is a delayed message that arrives when a checkpoint is due.
 */
final class Ticks {
  private static final Duration RULE = Duration.ofMinutes(1);
  private static final Duration SHORTEST_USE = Duration.ofSeconds(10);

  private Ticks() {}

  /**
   * A future tick.
   *
   * @param delay the delay in whole seconds, as in SQS
   * @param until when the tick is obsolete
   */
  record Tick(Duration delay, Instant until) {}

  /** Returns the ticks until the rule's next one. */
  static List<Tick> between(Optional<Duration> interval, Instant now) {
    return interval
        .filter(every -> every.compareTo(RULE) < 0)
        .map(every -> between(every, now))
        .orElse(List.of());
  }

  private static List<Tick> between(Duration every, Instant now) {
    long millis = every.toMillis();
    long first = Math.floorDiv(now.toEpochMilli(), millis) + 1;
    Duration use = every.compareTo(SHORTEST_USE) < 0 ? SHORTEST_USE : every;
    return LongStream.rangeClosed(first, first + RULE.toMillis() / millis)
        .map(place -> upToSeconds(Duration.between(now, Instant.ofEpochMilli(place * millis))))
        .distinct()
        .mapToObj(Duration::ofSeconds)
        .filter(delay -> delay.compareTo(RULE) < 0)
        .map(delay -> new Tick(delay, now.plus(delay).plus(use)))
        .toList();
  }

  /** Rounds up: a slightly late tick finds its checkpoint due, a slightly early one may not. */
  private static long upToSeconds(Duration duration) {
    return duration.plusSeconds(1).minusNanos(1).toSeconds();
  }
}
