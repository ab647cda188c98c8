package dev.cairn.retry;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A bounded number of attempts with a pause between them that doubles.
 *
 * @param attempts how often a call is made at most
 * @param firstPause the pause after the first attempt
 * @param sleep waits for as long as it is told
 */
public record Backoff(int attempts, Duration firstPause, Consumer<Duration> sleep) {
  public Backoff {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "a call is attempted at least once, not " + attempts + " times");
    }
  }

  /** Four attempts within a third of a second, beyond those that the SDK makes by itself. */
  public static Backoff sleeping() {
    return new Backoff(4, Duration.ofMillis(40), Backoff::sleep);
  }

  /** As many attempts, from the same first pause on, as are needed to wait for a time in all. */
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
      // The call is attempted once more at once; whoever interrupted finds the flag set afterwards.
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Makes the call until it answers, it fails otherwise than by being turned away, or the attempts
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
