package dev.cairn.state;

import java.time.Instant;
import java.util.Optional;

/**
 * The times that a subtask's state has reached. They belong to the state: a snapshot stores them,
 * and a restore resets them.
 *
 * @param recordTime the largest arrival time of the records that made the state; empty before the
 *     first record, and where a format without record times stored the state
 * @param watermark the event time up to which all records are taken to have come; empty while the
 *     function has none
 * @param nextTimer the time of the earliest timer; empty if the state has none
 */
public record TimeProgress(
    Optional<Instant> recordTime, Optional<Instant> watermark, Optional<Instant> nextTimer) {
  public static final TimeProgress NONE =
      new TimeProgress(Optional.empty(), Optional.empty(), Optional.empty());

  /** Returns a copy whose record time is at least this. */
  public TimeProgress arrived(Instant arrival) {
    return new TimeProgress(later(recordTime, Optional.of(arrival)), watermark, nextTimer);
  }

  /** Returns the record time of a state that was composed from two states. */
  public static Optional<Instant> later(Optional<Instant> one, Optional<Instant> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.or(() -> other);
    }
    return one.get().isBefore(other.get()) ? other : one;
  }
}
