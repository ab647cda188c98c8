package dev.cairn.function;

import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.RestartStrategyType;
import dev.cairn.settings.SettingSource;
import java.time.Duration;
import java.util.Optional;

/**
 * Creates restart strategies, with the methods of Flink's class of this name. A strategy applies to
 * each shard separately.
 */
public final class RestartStrategies {
  private RestartStrategies() {}

  /** A restart strategy for {@link CheckpointConfig#setRestartStrategy}. */
  public sealed interface RestartStrategyConfiguration
      permits NoRestart, FallBack, FixedDelay, FailureRate, ExponentialDelay {

    /** Returns the settings with this strategy. */
    private Configuration settings(Configuration before) {
      return switch (this) {
        case NoRestart n -> of(before, RestartStrategyType.NONE);
        case FallBack f -> before;
        case FixedDelay(int attempts, Duration delay) ->
            of(before, RestartStrategyType.FIXED_DELAY)
                .with(Options.FIXED_DELAY_ATTEMPTS, attempts, SettingSource.CODE)
                .with(Options.FIXED_DELAY_DELAY, delay, SettingSource.CODE);
        case FailureRate(int failures, Duration interval, Duration delay) ->
            of(before, RestartStrategyType.FAILURE_RATE)
                .with(Options.FAILURE_RATE_MAX_FAILURES, failures, SettingSource.CODE)
                .with(Options.FAILURE_RATE_INTERVAL, interval, SettingSource.CODE)
                .with(Options.FAILURE_RATE_DELAY, delay, SettingSource.CODE);
        case ExponentialDelay(
                Duration initial,
                Duration max,
                double multiplier,
                Duration threshold,
                double jitter) ->
            of(before, RestartStrategyType.EXPONENTIAL_DELAY)
                .with(Options.EXPONENTIAL_DELAY_INITIAL_BACKOFF, initial, SettingSource.CODE)
                .with(Options.EXPONENTIAL_DELAY_MAX_BACKOFF, max, SettingSource.CODE)
                .with(Options.EXPONENTIAL_DELAY_MULTIPLIER, multiplier, SettingSource.CODE)
                .with(Options.EXPONENTIAL_DELAY_RESET_THRESHOLD, threshold, SettingSource.CODE)
                .with(Options.EXPONENTIAL_DELAY_JITTER, jitter, SettingSource.CODE);
      };
    }

    private static Configuration of(Configuration before, RestartStrategyType type) {
      return before.with(Options.RESTART_STRATEGY, Optional.of(type), SettingSource.CODE);
    }
  }

  record NoRestart() implements RestartStrategyConfiguration {}

  record FallBack() implements RestartStrategyConfiguration {}

  record FixedDelay(int attempts, Duration delay) implements RestartStrategyConfiguration {}

  record FailureRate(int failures, Duration interval, Duration delay)
      implements RestartStrategyConfiguration {}

  record ExponentialDelay(
      Duration initial, Duration max, double multiplier, Duration threshold, double jitter)
      implements RestartStrategyConfiguration {}

  /** Returns the settings with this strategy. */
  static Configuration applied(Configuration before, RestartStrategyConfiguration strategy) {
    return strategy.settings(before);
  }

  /** The first failure of a shard fails the job. */
  public static RestartStrategyConfiguration noRestart() {
    return new NoRestart();
  }

  /** The strategy that the deployment sets, or else the default, as if code set none. */
  public static RestartStrategyConfiguration fallBackRestart() {
    return new FallBack();
  }

  public static RestartStrategyConfiguration fixedDelayRestart(
      int restartAttempts, long delayMillis) {
    return fixedDelayRestart(restartAttempts, Duration.ofMillis(delayMillis));
  }

  public static RestartStrategyConfiguration fixedDelayRestart(int restartAttempts, Time delay) {
    return fixedDelayRestart(restartAttempts, delay.duration());
  }

  public static RestartStrategyConfiguration fixedDelayRestart(
      int restartAttempts, Duration delay) {
    return new FixedDelay(restartAttempts, delay);
  }

  public static RestartStrategyConfiguration failureRateRestart(
      int failureRate, Time failureInterval, Time delay) {
    return failureRateRestart(failureRate, failureInterval.duration(), delay.duration());
  }

  public static RestartStrategyConfiguration failureRateRestart(
      int failureRate, Duration failureInterval, Duration delay) {
    return new FailureRate(failureRate, failureInterval, delay);
  }

  public static RestartStrategyConfiguration exponentialDelayRestart(
      Time initialBackoff,
      Time maxBackoff,
      double backoffMultiplier,
      Time resetBackoffThreshold,
      double jitterFactor) {
    return exponentialDelayRestart(
        initialBackoff.duration(),
        maxBackoff.duration(),
        backoffMultiplier,
        resetBackoffThreshold.duration(),
        jitterFactor);
  }

  public static RestartStrategyConfiguration exponentialDelayRestart(
      Duration initialBackoff,
      Duration maxBackoff,
      double backoffMultiplier,
      Duration resetBackoffThreshold,
      double jitterFactor) {
    return new ExponentialDelay(
        initialBackoff, maxBackoff, backoffMultiplier, resetBackoffThreshold, jitterFactor);
  }
}
