package dev.cairn.retry;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A bounded number of attempts with a pause between them that doubles.
 *
 * @param attempts the largest number of attempts
 * @param firstPause the pause after the first attempt
 * @param sleep waits for a duration
 */
public record Backoff(int attempts, Duration firstPause, Consumer<Duration> sleep) {
  public Backoff {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "a call is attempted at least once, not " + attempts + " times");
    }
  }

  /**
   * Returns a backoff of four attempts within a third of a second, in addition to those of the SDK.
   */
  public static Backoff sleeping() {
    return new Backoff(4, Duration.ofMillis(40), Backoff::sleep);
  }

  /**
   * Returns a backoff with the same first pause and as many attempts as are needed to wait for the
   * given time in total.
   */
  public static Backoff outlasting(Duration refusal) {
    Duration pause = sleeping().firstPause();
    int attempts = 1;
    for (Duration waited = Duration.ZERO; waited.compareTo(refusal) <= 0; attempts++) {
      waited = waited.plus(pause);
      pause = pause.multipliedBy(2);
    }
    return new Backoff(attempts, sleeping().firstPause(), Backoff::sleep);
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      // The call is attempted once more without a pause; the interrupt flag is set again
      // afterwards.
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Repeats the call until it succeeds, fails for a reason other than a rejection, or the attempts
   * are used up.
   */
  public <T> T call(Supplier<T> call, Predicate<RuntimeException> turnedAway) {
    Duration pause = firstPause;
    for (int left = attempts - 1; ; left--) {
      try {
        return call.get();
      } catch (RuntimeException e) {
        if (left == 0 || !turnedAway.test(e)) {
          throw e;
        }
      }
      sleep.accept(pause);
      pause = pause.multipliedBy(2);
    }
  }
}
