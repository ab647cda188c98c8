package dev.cairn.coordinator.checkpointing;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * When the next checkpoint is due. Due times lie on a grid: the multiples of the interval since
 * 1970. So one that comes late does not delay the others, and what was missed is not made up for.
 *
 * <p>Times that were written by a clock that is off are passed over, so it holds nothing up; nor
 * does it cause more than one checkpoint, as that one is then the last.
 *
 * @param minPause how long after the end of one the next may begin
 * @param maxConcurrent how many may be pending at a time
 * @param tolerance how much before its time: ticks are not exact, and one that comes a moment early
 *     must not be the one that is skipped
 */
public record CheckpointSchedule(
    Duration interval, Duration minPause, int maxConcurrent, Duration tolerance) {

  /** Empty if none are taken on schedule. */
  public static Optional<CheckpointSchedule> of(CheckpointSettings settings, Duration tolerance) {
    return settings
        .interval()
        .map(
            interval ->
                new CheckpointSchedule(
                    interval, settings.minPause(), settings.maxConcurrentCheckpoints(), tolerance));
  }

  /**
   * Whether one is to be triggered now.
   *
   * @param checkpoints those that are not over, and any others
   */
  public boolean isDue(List<Checkpoint> checkpoints, Instant now) {
    return hasRoom(checkpoints) && hasPaused(checkpoints, now) && isTime(checkpoints, now);
  }

  private boolean hasRoom(List<Checkpoint> checkpoints) {
    return hasRoom(checkpoints, maxConcurrent);
  }

  /**
   * Whether one more may be pending. A task answers the last trigger that it finds, so nothing may
   * follow the one of a savepoint, which no later checkpoint stands for.
   */
  public static boolean hasRoom(List<Checkpoint> checkpoints, int maxConcurrent) {
    List<Checkpoint.Pending> pending = Checkpoint.pending(checkpoints);
    return pending.size() < maxConcurrent && pending.stream().noneMatch(Checkpoint::isSavepoint);
  }

  private boolean hasPaused(List<Checkpoint> checkpoints, Instant now) {
    return checkpoints.stream()
        .flatMap(CheckpointSchedule::end)
        .filter(end -> isBelievable(end, now))
        .noneMatch(end -> now.isBefore(end.plus(minPause)));
  }

  private static Stream<Instant> end(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Pending p -> Stream.empty();
      case Checkpoint.Completed completed -> Stream.of(completed.completedAt());
      case Checkpoint.Aborted aborted -> Stream.of(aborted.abortedAt());
      case Checkpoint.Subsumed subsumed -> Stream.of(subsumed.completed().completedAt());
    };
  }

  private boolean isTime(List<Checkpoint> checkpoints, Instant now) {
    return checkpoints.stream()
        .map(checkpoint -> checkpoint.trigger().triggeredAt())
        .filter(at -> isBelievable(at, now))
        .max(Comparator.naturalOrder())
        .map(last -> isTime(last, now))
        .orElse(true);
  }

  private boolean isTime(Instant last, Instant now) {
    Duration since = Duration.between(last, now);
    boolean isNextOnTheGrid =
        place(now) > place(last) && since.compareTo(interval.dividedBy(2)) >= 0;
    // Where ticks come just before and just after a point of the grid in turn.
    boolean isFull = since.compareTo(interval.minus(early())) >= 0;
    return isNextOnTheGrid || isFull;
  }

  /** Which of the grid's points a trigger of this time is for. */
  private long place(Instant time) {
    return Math.floorDiv(time.plus(early()).toEpochMilli(), Math.max(1, interval.toMillis()));
  }

  private Duration early() {
    Duration half = interval.dividedBy(2);
    return tolerance.compareTo(half) < 0 ? tolerance : half;
  }

  /** Two clocks may differ by as much as a tick may come early; what is further off was not. */
  private boolean isBelievable(Instant time, Instant now) {
    return !time.isAfter(now.plus(early()));
  }
}
