package dev.cairn.coordinator.lambda;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * The ticks between two of the rule's, which comes once a minute: for a shorter interval between
 * checkpoints, each of them is a message that is delivered later. They come when checkpoints are
 * due, whenever the rule does.
 */
final class Ticks {
  private static final Duration RULE = Duration.ofMinutes(1);
  private static final Duration SHORTEST_USE = Duration.ofSeconds(10);

  private Ticks() {}

  /**
   * A tick to come.
   *
   * @param delay whole seconds, as a queue counts them
   * @param until when it is too late to be of use
   */
  record Tick(Duration delay, Instant until) {}

  /** The ticks until the rule's next. */
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

  /** A tick a moment late finds its checkpoint due; one a moment early may not. */
  private static long upToSeconds(Duration duration) {
    return duration.plusSeconds(1).minusNanos(1).toSeconds();
  }
}
