package dev.cairn.restart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.restart.RestartStrategy.Decision;
import dev.cairn.restart.RestartStrategy.ExponentialDelay;
import dev.cairn.restart.RestartStrategy.FailureRate;
import dev.cairn.restart.RestartStrategy.FixedDelay;
import dev.cairn.restart.RestartStrategy.None;
import dev.cairn.restart.RestartStrategy.Verdict;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.SettingSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Failures at these seconds → how long each time until the shard is tried again, or none. */
class RestartStrategyTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final double NO_JITTER = 0.5;

  private record Course(
      String name, RestartStrategy strategy, List<Integer> failures, List<String> delays) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Course> courses() {
    Duration second = Duration.ofSeconds(1);
    ExponentialDelay doubling =
        new ExponentialDelay(
            second, Duration.ofSeconds(10), 2, Duration.ofMinutes(1), 0.1, Integer.MAX_VALUE);
    return Stream.of(
        new Course("none: the first is the last", new None(), List.of(0), List.of("give up")),
        new Course(
            "fixed delay: so many attempts",
            new FixedDelay(2, Duration.ofSeconds(3)),
            List.of(0, 5, 9),
            List.of("3 s", "3 s", "give up")),
        new Course(
            "fixed delay: no attempts", new FixedDelay(0, second), List.of(0), List.of("give up")),
        new Course(
            "fixed delay: at once", new FixedDelay(1, Duration.ZERO), List.of(0), List.of("0 s")),
        new Course(
            "failure rate: one too many within the interval",
            new FailureRate(2, Duration.ofMinutes(1), second),
            List.of(0, 30, 60),
            List.of("1 s", "1 s", "give up")),
        new Course(
            "failure rate: the same number, and slower",
            new FailureRate(2, Duration.ofMinutes(1), second),
            List.of(0, 30, 61, 92, 123),
            List.of("1 s", "1 s", "1 s", "1 s", "1 s")),
        new Course(
            "failure rate: a clock that was ahead does not count",
            new FailureRate(2, Duration.ofMinutes(1), second),
            List.of(90_000, 0, 30),
            List.of("1 s", "1 s", "1 s")),
        new Course(
            "exponential: longer and longer, up to the longest",
            doubling,
            List.of(0, 2, 5, 10, 20, 31),
            List.of("1 s", "2 s", "4 s", "8 s", "10 s", "10 s")),
        new Course(
            "exponential: anew after a good time, from when it was tried again",
            doubling,
            List.of(0, 2, 2 + 2 + 59, 2 + 2 + 59 + 4 + 60),
            List.of("1 s", "2 s", "4 s", "1 s")),
        new Course(
            "exponential: so many attempts",
            new ExponentialDelay(second, Duration.ofSeconds(10), 2, Duration.ofMinutes(1), 0.1, 2),
            List.of(0, 2, 5),
            List.of("1 s", "2 s", "give up")),
        new Course(
            "exponential: a clock that jumps back changes nothing",
            doubling,
            List.of(0, -7200, -7190),
            List.of("1 s", "2 s", "4 s")));
  }

  @ParameterizedTest
  @MethodSource("courses")
  void aCourseOfFailures(Course course) {
    Optional<FailureHistory> failures = Optional.empty();
    List<String> delays = new ArrayList<>();
    for (int at : course.failures()) {
      Instant now = NOON.plusSeconds(at);
      Decision decision = course.strategy().next(failures, now, NO_JITTER);
      failures = Optional.of(decision.failures());
      delays.add(
          switch (decision.verdict()) {
            case Verdict.GiveUp g -> "give up";
            case Verdict.Retry retry -> {
              assertThat(retry.notBefore()).isEqualTo(decision.failures().notBefore());
              yield Duration.between(now, retry.notBefore()).toSeconds() + " s";
            }
          });
    }
    assertThat(delays).isEqualTo(course.delays());
  }

  @ParameterizedTest(name = "{0} of {1} s: {2} ms")
  @CsvSource({
    "0,    2, 1800",
    "0.5,  2, 2000",
    "0.75, 2, 2100",
    // never below the first delay, nor above the longest
    "0,    1, 1000",
    "0.999, 4, 4000"
  })
  void jitterIsAPartOfTheDelay(double random, int times, long millis) {
    ExponentialDelay strategy =
        new ExponentialDelay(
            Duration.ofSeconds(1), Duration.ofSeconds(4), 2, Duration.ofHours(1), 0.1, 100);
    Optional<FailureHistory> before =
        times == 1
            ? Optional.empty()
            : Optional.of(
                new FailureHistory(
                    times == 2 ? 1 : 9, NOON, NOON, Duration.ofSeconds(1), List.of()));

    assertThat(strategy.next(before, NOON, random).failures().lastBackoff())
        .isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "none | 1 | 1 failure since 2026-11-21T12:00:00Z: restart-strategy.type is none",
        "fixed-delay | 2 | 2 failures since 2026-11-21T12:00:00Z:"
            + " restart-strategy.fixed-delay.attempts is 1",
        "failure-rate | 2 | 2 failures since 2026-11-21T12:00:00Z: 2 of them within 1 min, and"
            + " restart-strategy.failure-rate.max-failures-per-interval is 1"
      })
  void givingUpSaysWhy(String type, int times, String reason) {
    RestartStrategy strategy =
        RestartStrategy.of(
            Configuration.DEFAULTS.set("restart-strategy", type, SettingSource.CONSTRUCT));
    Optional<FailureHistory> failures = Optional.empty();
    Verdict verdict = new Verdict.Retry(NOON);
    for (int n = 0; n < times; n++) {
      Decision decision = strategy.next(failures, NOON.plusSeconds(n), NO_JITTER);
      failures = Optional.of(decision.failures());
      verdict = decision.verdict();
    }
    assertThat(verdict).isEqualTo(new Verdict.GiveUp(reason));
  }

  @Test
  void aRateAndAGrowingDelayRememberWhatWasBeforeProgress() {
    FailureHistory failures =
        new FailureHistory(3, NOON, NOON, Duration.ofSeconds(4), List.of(NOON));
    RestartStrategy rate = new FailureRate(2, Duration.ofMinutes(1), Duration.ofSeconds(1));
    RestartStrategy exponential = RestartStrategy.of(Configuration.DEFAULTS);

    assertThat(new None().afterProgress(failures, NOON)).isEmpty();
    assertThat(new FixedDelay(3, Duration.ZERO).afterProgress(failures, NOON)).isEmpty();
    assertThat(rate.afterProgress(failures, NOON.plusSeconds(60))).contains(failures);
    assertThat(rate.afterProgress(failures, NOON.plusSeconds(61))).isEmpty();
    assertThat(exponential.afterProgress(failures, NOON.plusSeconds(3603))).contains(failures);
    assertThat(exponential.afterProgress(failures, NOON.plusSeconds(3604))).isEmpty();
  }

  @Test
  void whatIsRememberedStaysSmall() {
    FailureRate rate = new FailureRate(100, Duration.ofHours(1), Duration.ZERO);
    Optional<FailureHistory> failures = Optional.empty();
    for (int n = 0; n < 300; n++) {
      Decision decision = rate.next(failures, NOON.plusSeconds(n), NO_JITTER);
      assertThat(decision.verdict() instanceof Verdict.GiveUp).isEqualTo(n >= 100);
      failures = Optional.of(decision.failures());
    }
    assertThat(failures.orElseThrow().recent()).hasSize(FailureHistory.MOST_RECENT);
    assertThat(failures.orElseThrow().attempts()).isEqualTo(300);
  }

  @Test
  void countingEndsWhereNumbersDo() {
    FailureHistory many =
        new FailureHistory(Integer.MAX_VALUE, NOON, NOON, Duration.ofMinutes(1), List.of());
    Decision decision =
        RestartStrategy.of(Configuration.DEFAULTS)
            .next(Optional.of(many), NOON.plusSeconds(60), NO_JITTER);
    assertThat(decision.failures().attempts()).isEqualTo(Integer.MAX_VALUE);
    assertThat(decision.verdict()).isEqualTo(new Verdict.Retry(NOON.plusSeconds(120)));
  }

  @ParameterizedTest(name = "{0} s after a failure with 10 s of delay: {1}")
  @CsvSource({
    "0, true",
    "9, true",
    "10, false",
    "100, false",
    "-5, true",
    "-10, true",
    "-11, false"
  })
  void aShardIsLeftAloneUntilItsTimeAndNotByAClockThatWasOff(long after, boolean waiting) {
    FailureHistory failures = new FailureHistory(1, NOON, NOON, Duration.ofSeconds(10), List.of());
    assertThat(failures.isWaiting(NOON.plusSeconds(after))).isEqualTo(waiting);
  }

  @Test
  void failuresThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new FailureHistory(0, NOON, NOON, Duration.ZERO, List.of()))
        .hasMessage("failures begin with the first, not with 0");
    assertThatThrownBy(() -> new FailureHistory(1, NOON, NOON, Duration.ofSeconds(-1), List.of()))
        .hasMessage("a delay of PT-1S is none");
    assertThatThrownBy(
            () -> new FailureHistory(1, NOON, NOON, Duration.ZERO, Collections.nCopies(101, NOON)))
        .hasMessage("101 times of failures are more than the 100 that are kept");
  }
}
