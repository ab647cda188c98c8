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
 * The schedule of checkpoints. Due times lie on a grid, the multiples of the interval since 1970. A
 * late checkpoint therefore does not delay later ones, and missed checkpoints are not made up for.
 *
 * <p>Times written by a wrong clock are ignored, so they cannot block the schedule. They cause at
 * most one additional checkpoint, which then becomes the last one.
 *
 * @param minPause the shortest time from the end of one checkpoint to the next trigger
 * @param maxConcurrent how many may be pending at a time
 * @param tolerance how long before its due time a checkpoint may be triggered, so that a tick that
 *     arrives slightly early is not skipped
 */
public record CheckpointSchedule(
    Duration interval, Duration minPause, int maxConcurrent, Duration tolerance) {

  /** Returns the schedule; empty if no checkpoints are taken on schedule. */
  public static Optional<CheckpointSchedule> of(CheckpointSettings settings, Duration tolerance) {
    return settings
        .interval()
        .map(
            interval ->
                new CheckpointSchedule(
                    interval, settings.minPause(), settings.maxConcurrentCheckpoints(), tolerance));
  }

  /**
   * Whether a checkpoint is to be triggered now.
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
   * Whether one more checkpoint may be pending. A task acknowledges only the last trigger that it
   * finds. No trigger may therefore follow that of a savepoint, which no later checkpoint replaces.
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
    // Needed where ticks alternate between shortly before and shortly after a grid point.
    boolean isFull = since.compareTo(interval.minus(early())) >= 0;
    return isNextOnTheGrid || isFull;
  }

  /** Returns the grid point that a trigger at this time belongs to. */
  private long place(Instant time) {
    return Math.floorDiv(time.plus(early()).toEpochMilli(), Math.max(1, interval.toMillis()));
  }

  private Duration early() {
    Duration half = interval.dividedBy(2);
    return tolerance.compareTo(half) < 0 ? tolerance : half;
  }

  /**
   * Two clocks may differ by the tolerance; a time further in the future was written by a wrong
   * clock.
   */
  private boolean isBelievable(Instant time, Instant now) {
    return !time.isAfter(now.plus(early()));
  }
}
