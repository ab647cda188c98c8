package dev.cairn.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class ThreadFanOutTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final List<Integer> NUMBERS = IntStream.range(0, 1_000).boxed().toList();

  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private final ThreadFanOut threads =
      new ThreadFanOut(
          4,
          1_000_000,
          now::get,
          pause -> {
            pauses.add(pause);
            now.accumulateAndGet(
                NOON.plus(pause), (one, other) -> one.isAfter(other) ? one : other);
          });

  static List<FanOut> fanOuts() {
    return List.of(FanOut.ONE_BY_ONE, new ThreadFanOut(3, 1_000_000, () -> NOON, pause -> {}));
  }

  @ParameterizedTest
  @MethodSource("fanOuts")
  void answersInTheOrderOfTheItems(FanOut fanOut) {
    assertThat(fanOut.map(NUMBERS, number -> number * 2))
        .containsExactlyElementsOf(NUMBERS.stream().map(number -> number * 2).toList());
    assertThat(fanOut.map(List.of(), number -> number)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("fanOuts")
  void oneThatFailsKeepsNoneOfTheOthersFromBeingDone(FanOut fanOut) {
    Set<Integer> done = ConcurrentHashMap.newKeySet();

    assertThatThrownBy(
            () ->
                fanOut.forEach(
                    NUMBERS,
                    number -> {
                      done.add(number);
                      if (number % 100 == 7) {
                        throw new IllegalStateException("failed at " + number);
                      }
                    }))
        .hasMessage("failed at 7");
    assertThat(done).containsExactlyInAnyOrderElementsOf(NUMBERS);
  }

  @Test
  void doesSeveralAtOnce() {
    CyclicBarrier all = new CyclicBarrier(4);

    List<Integer> met =
        threads.map(
            List.of(1, 2, 3, 4),
            number -> {
              try {
                all.await(20, TimeUnit.SECONDS);
                return number;
              } catch (Exception e) {
                throw new IllegalStateException("they did not meet", e);
              }
            });
    assertThat(met).containsExactly(1, 2, 3, 4);
  }

  @Test
  void keepsThePace() {
    ThreadFanOut slow = new ThreadFanOut(4, 10, now::get, pauses::add);

    slow.forEach(NUMBERS.subList(0, 25), number -> {});

    // The clock stands still: five begin at once, each further one a tenth of a second later.
    assertThat(pauses).hasSize(20).contains(Duration.ofMillis(100), Duration.ofMillis(2_000));
  }

  @Test
  void beginsNothingAfterTheEndAndSaysHowFarItCame() {
    threads.endBy(NOON.plusSeconds(10));
    AtomicInteger begun = new AtomicInteger();

    assertThatThrownBy(
            () ->
                threads.forEach(
                    NUMBERS,
                    number -> {
                      if (begun.incrementAndGet() == 100) {
                        now.set(NOON.plusSeconds(11));
                      }
                    }))
        .isInstanceOf(OutOfTimeException.class)
        .hasMessage(
            "stopped in time after %d of 1000; the next tick continues with the rest", begun.get());
    assertThat(begun.get()).isBetween(100, 104);

    threads.endBy(NOON.plusSeconds(20));
    assertThat(threads.map(List.of(1), number -> number)).containsExactly(1);
  }

  @Test
  void anErrorIsTheCallers() {
    assertThatThrownBy(
            () ->
                threads.forEach(
                    NUMBERS,
                    number -> {
                      throw new AssertionError("the process ends");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessage("the process ends");
  }
}
