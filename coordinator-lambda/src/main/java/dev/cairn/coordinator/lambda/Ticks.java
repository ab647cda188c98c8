package dev.cairn.coordinator.lambda;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * The ticks between two of the rule's, which comes once a minute: for a shorter interval between
 * checkpoints, each of them is a message that is delivered later.
 */
final class Ticks {
  private static final Duration RULE = Duration.ofMinutes(1);
  // What a queue's delay can say.
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private Ticks() {}

  /** How long after the rule's tick each of the others comes; in whole seconds. */
  static List<Duration> between(Optional<Duration> interval) {
    if (interval.isEmpty() || interval.get().compareTo(RULE) >= 0) {
      return List.of();
    }
    Duration every = interval.get().compareTo(SHORTEST) < 0 ? SHORTEST : interval.get();
    return LongStream.rangeClosed(1, RULE.toMillis() / every.toMillis())
        .mapToObj(n -> Duration.ofSeconds(every.multipliedBy(n).toSeconds()))
        .filter(delay -> delay.compareTo(RULE) < 0)
        .toList();
  }
}
