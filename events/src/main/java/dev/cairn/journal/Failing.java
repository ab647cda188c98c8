package dev.cairn.journal;

import dev.cairn.checkpoint.FailureReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * That a shard fails at the record after its position, time after time; gone as soon as one more
 * record is applied. It is in each header, so that every container knows it, and no base hides it.
 *
 * @param reason of the last one
 * @param message what the last one said, shortened
 * @param attempts how many have failed in a row
 * @param backoff how long the last attempt was waited for
 * @param recent when the last of them failed, oldest first; bounded by the restart strategy
 * @param retryAt before which no further attempt is made; empty if none ever is
 */
public record Failing(
    FailureReason reason,
    String message,
    int attempts,
    Instant since,
    Instant last,
    Duration backoff,
    List<Instant> recent,
    Optional<Instant> retryAt) {
  public Failing {
    recent = List.copyOf(recent);
  }

  public boolean hasGivenUp() {
    return retryAt.isEmpty();
  }
}
