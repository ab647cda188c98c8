package dev.cairn.journal;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.restart.Failures;
import java.time.Instant;

/**
 * That a shard fails at the record after its position, time after time; gone as soon as one more
 * record is applied. It is in each header, so that every container knows it, and no base hides it.
 *
 * @param reason of the last failure
 * @param message what the last one said, shortened
 * @param failures all of them in a row
 * @param hasGivenUp whether no further attempt is made
 */
public record Failing(FailureReason reason, String message, Failures failures, boolean hasGivenUp) {

  /** Whether no attempt is to be made now. */
  public boolean isHeldUp(Instant now) {
    return hasGivenUp || failures.isWaiting(now);
  }
}
