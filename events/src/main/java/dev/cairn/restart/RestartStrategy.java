package dev.cairn.restart;

import dev.cairn.settings.Configuration;
import dev.cairn.settings.FlinkDuration;
import dev.cairn.settings.Option;
import dev.cairn.settings.Options;
import dev.cairn.settings.RestartStrategyType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How often, and after which delays, a failing shard is retried before its job fails. These are
 * Flink's strategies, applied to one shard instead of the whole job; other shards continue.
 */
public sealed interface RestartStrategy {

  /** The consequence of a failure. */
  sealed interface Verdict {
    /** The shard is retried, at this time at the earliest. */
    record Retry(Instant notBefore) implements Verdict {}

    /** The job fails. */
    record GiveUp(String reason) implements Verdict {}
  }

  /** The new failure history, and the consequence. */
  record Decision(FailureHistory failures, Verdict verdict) {}

  /** The first failure fails the job. */
  record None() implements RestartStrategy {}

  /**
   * A number of attempts, each after the same delay.
   *
   * @param attempts how many failures are tolerated
   */
  record FixedDelay(int attempts, Duration delay) implements RestartStrategy {}

  /**
   * Any number of attempts, as long as they do not come too often.
   *
   * @param maxFailuresPerInterval how many failures within the interval are tolerated
   */
  record FailureRate(int maxFailuresPerInterval, Duration interval, Duration delay)
      implements RestartStrategy {}

  /**
   * Attempts after exponentially increasing delays.
   *
   * @param resetBackoffThreshold after this time without a failure the next failure counts as the
   *     first
   * @param jitterFactor the largest random variation of a delay, as a fraction of it
   * @param attempts how many failures are tolerated
   */
  record ExponentialDelay(
      Duration initialBackoff,
      Duration maxBackoff,
      double backoffMultiplier,
      Duration resetBackoffThreshold,
      double jitterFactor,
      int attempts)
      implements RestartStrategy {
    public ExponentialDelay {
      if (maxBackoff.compareTo(initialBackoff) < 0) {
        throw new IllegalArgumentException(
            Options.EXPONENTIAL_DELAY_MAX_BACKOFF
                + ": "
                + FlinkDuration.print(maxBackoff)
                + " contradicts "
                + Options.EXPONENTIAL_DELAY_INITIAL_BACKOFF
                + ": "
                + FlinkDuration.print(initialBackoff)
                + ": the longest delay cannot be shorter than the first; raise it");
      }
    }
  }

  /**
   * Returns the configured strategy.
   *
   * @throws IllegalArgumentException if settings contradict each other; the message names them
   */
  static RestartStrategy of(Configuration configuration) {
    Optional<RestartStrategyType> type = configuration.get(Options.RESTART_STRATEGY);
    if (type.isEmpty()) {
      requireNothingOfOthers(configuration);
    }
    return switch (type.orElse(RestartStrategyType.EXPONENTIAL_DELAY)) {
      case NONE -> new None();
      case FIXED_DELAY ->
          new FixedDelay(
              configuration.get(Options.FIXED_DELAY_ATTEMPTS),
              configuration.get(Options.FIXED_DELAY_DELAY));
      case FAILURE_RATE ->
          new FailureRate(
              configuration.get(Options.FAILURE_RATE_MAX_FAILURES),
              configuration.get(Options.FAILURE_RATE_INTERVAL),
              configuration.get(Options.FAILURE_RATE_DELAY));
      case EXPONENTIAL_DELAY ->
          new ExponentialDelay(
              configuration.get(Options.EXPONENTIAL_DELAY_INITIAL_BACKOFF),
              configuration.get(Options.EXPONENTIAL_DELAY_MAX_BACKOFF),
              configuration.get(Options.EXPONENTIAL_DELAY_MULTIPLIER),
              configuration.get(Options.EXPONENTIAL_DELAY_RESET_THRESHOLD),
              configuration.get(Options.EXPONENTIAL_DELAY_JITTER),
              configuration.get(Options.EXPONENTIAL_DELAY_ATTEMPTS));
    };
  }

  /**
   * Refuses options of strategies that are not selected, because a delay without its strategy is
   * probably a mistake.
   */
  private static void requireNothingOfOthers(Configuration configuration) {
    for (Configuration.Setting<?> setting : configuration.set()) {
      Option<?> option = setting.option();
      for (RestartStrategyType other :
          List.of(RestartStrategyType.FIXED_DELAY, RestartStrategyType.FAILURE_RATE)) {
        if (option.name().startsWith("restart-strategy." + other + ".")) {
          throw new IllegalArgumentException(
              option
                  + ": "
                  + setting.text()
                  + " has no effect without "
                  + Options.RESTART_STRATEGY
                  + ": "
                  + other
                  + ", as exponential-delay is the default; set both, or neither");
        }
      }
    }
  }

  /**
   * Counts a failure and decides on its consequence.
   *
   * @param before the history of earlier failures; empty if there are none
   * @param random from 0 to 1 exclusive, drawn for this failure
   */
  default Decision next(Optional<FailureHistory> before, Instant now, double random) {
    return switch (this) {
      case None n -> giveUp(counted(before, now, Duration.ZERO), "restart-strategy.type is none");
      case FixedDelay fixed -> fixedDelay(fixed, before, now);
      case FailureRate rate -> failureRate(rate, before, now);
      case ExponentialDelay exponential -> exponentialDelay(exponential, before, now, random);
    };
  }

  /**
   * Returns the history that remains after the shard made progress: failure rates and increasing
   * delays also look back over such times.
   */
  default Optional<FailureHistory> afterProgress(FailureHistory failures, Instant now) {
    return switch (this) {
      case None n -> Optional.empty();
      case FixedDelay f -> Optional.empty();
      case FailureRate rate ->
          within(failures.recent(), rate.interval(), now).isEmpty()
              ? Optional.empty()
              : Optional.of(failures);
      case ExponentialDelay exponential ->
          isOver(failures, exponential.resetBackoffThreshold(), now)
              ? Optional.empty()
              : Optional.of(failures);
    };
  }

  private static Decision fixedDelay(
      FixedDelay fixed, Optional<FailureHistory> before, Instant now) {
    FailureHistory failures = counted(before, now, fixed.delay());
    return failures.attempts() > fixed.attempts()
        ? giveUp(failures, Options.FIXED_DELAY_ATTEMPTS + " is " + fixed.attempts())
        : retry(failures);
  }

  private static Decision failureRate(
      FailureRate rate, Optional<FailureHistory> before, Instant now) {
    List<Instant> recent =
        new ArrayList<>(
            within(before.map(FailureHistory::recent).orElse(List.of()), rate.interval(), now));
    recent.add(now);
    FailureHistory failures =
        counted(before, now, rate.delay())
            .with(
                recent.subList(
                    Math.max(0, recent.size() - FailureHistory.MOST_RECENT), recent.size()));
    return recent.size() > rate.maxFailuresPerInterval()
        ? giveUp(
            failures,
            recent.size()
                + " of them within "
                + FlinkDuration.print(rate.interval())
                + ", and "
                + Options.FAILURE_RATE_MAX_FAILURES
                + " is "
                + rate.maxFailuresPerInterval())
        : retry(failures);
  }

  /**
   * Selects the times within an interval. A time in the future was written by a clock that was off.
   */
  private static List<Instant> within(List<Instant> times, Duration interval, Instant now) {
    return times.stream()
        .filter(time -> !time.isAfter(now) && !time.plus(interval).isBefore(now))
        .toList();
  }

  private static Decision exponentialDelay(
      ExponentialDelay strategy, Optional<FailureHistory> all, Instant now, double random) {
    Optional<FailureHistory> before =
        all.filter(failures -> !isOver(failures, strategy.resetBackoffThreshold(), now));
    double initial = strategy.initialBackoff().toMillis();
    double longest = strategy.maxBackoff().toMillis();
    int times = before.map(FailureHistory::attempts).orElse(0);
    double backoff = Math.min(longest, initial * Math.pow(strategy.backoffMultiplier(), times));
    double jittered = backoff * (1 + strategy.jitterFactor() * (2 * random - 1));
    FailureHistory failures =
        counted(before, now, Duration.ofMillis((long) Math.clamp(jittered, initial, longest)));
    return failures.attempts() > strategy.attempts()
        ? giveUp(failures, Options.EXPONENTIAL_DELAY_ATTEMPTS + " is " + strategy.attempts())
        : retry(failures);
  }

  /** Whether enough time has passed since the shard was retried. */
  private static boolean isOver(FailureHistory failures, Duration threshold, Instant now) {
    return !now.isBefore(failures.notBefore().plus(threshold));
  }

  private static FailureHistory counted(
      Optional<FailureHistory> before, Instant now, Duration backoff) {
    return new FailureHistory(
        // The count stops at the largest number, which stands for an unlimited number of attempts.
        before.map(failures -> Math.max(failures.attempts(), failures.attempts() + 1)).orElse(1),
        before.map(FailureHistory::firstAt).orElse(now),
        now,
        backoff,
        List.of());
  }

  private static Decision retry(FailureHistory failures) {
    return new Decision(failures, new Verdict.Retry(failures.notBefore()));
  }

  private static Decision giveUp(FailureHistory failures, String why) {
    String times = failures.attempts() == 1 ? "1 failure" : failures.attempts() + " failures";
    return new Decision(
        failures, new Verdict.GiveUp(times + " since " + failures.firstAt() + ": " + why));
  }
}
