package dev.cairn.job;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The status of a job. */
public sealed interface JobStatus {

  /** Records are applied and checkpoints taken. */
  record Running() implements JobStatus {}

  /** A restore has increased the epoch; some journals may not have it yet. */
  record Restoring(Restoration from) implements JobStatus {}

  /**
   * Every journal has the epoch, but some shards are still closing their gap. This status counts as
   * running.
   */
  record Replaying(Restoration from) implements JobStatus {}

  /** A halt has increased the epoch; some journals may not have it yet. */
  record Suspending(Halt to) implements JobStatus {}

  /** Every journal is suspended, so no records are applied. */
  record Halted(Halt halt) implements JobStatus {}

  /**
   * A resume has increased the epoch; some journals may not have it yet.
   *
   * @param acceptsGap whether records may be missing that expired while the job was halted
   */
  record Resuming(boolean acceptsGap) implements JobStatus {
    /** Creates the status for a resume without missing records. */
    public Resuming() {
      this(false);
    }
  }

  /** Returns the name for people and for the job's item. */
  default String label() {
    return switch (this) {
      case Running r -> "RUNNING";
      case Restoring r -> "RESTORING";
      case Replaying r -> "REPLAYING";
      case Suspending s -> "SUSPENDING";
      case Halted(Halt halt) -> halt.label();
      case Resuming r -> "RESUMING";
    };
  }

  /** Whether records are applied, and checkpoints taken on schedule. */
  default boolean isRunning() {
    return switch (this) {
      case Running r -> true;
      case Replaying r -> true;
      case Restoring r -> false;
      case Suspending s -> false;
      case Halted h -> false;
      case Resuming r -> false;
    };
  }

  /**
   * Whether every journal is known to have the job's epoch; only then their states belong together.
   */
  default boolean isSettled() {
    return isRunning() || this instanceof Halted;
  }

  /**
   * Whether checkpoints may be triggered and committed: while the job runs, and for the savepoint
   * of a stop.
   */
  default boolean takesCheckpoints() {
    return isRunning() || (this instanceof Halted(Halt halt) && halt instanceof Halt.Stopping);
  }

  /**
   * Whether entering this status increases the job's epoch, so that every journal has to follow.
   */
  default boolean raisesEpoch() {
    return switch (this) {
      case Restoring r -> true;
      case Suspending s -> true;
      case Resuming r -> true;
      case Running r -> false;
      case Replaying r -> false;
      case Halted h -> false;
    };
  }

  /**
   * Returns how a pending checkpoint ends when the job enters this status, because no checkpoint
   * spans two epochs.
   */
  default Checkpoint.Aborted abort(Checkpoint.Pending pending, Instant at) {
    return new Checkpoint.Aborted(
        pending.trigger(),
        at,
        switch (this) {
          case Restoring(Restoration from) ->
              Failure.of(FailureReason.RESTORED_OVER, "the job is restored to " + from.name());
          case Replaying r -> Failure.of(FailureReason.RESTORED_OVER, "restored");
          case Suspending s -> Failure.of(FailureReason.CANCELLED, "the job halts");
          case Halted h -> Failure.of(FailureReason.CANCELLED, "the job has halted");
          case Resuming r ->
              Failure.of(FailureReason.CANCELLED, "the job continues from its last state");
          case Running r -> Failure.of(FailureReason.CANCELLED, "the job goes on");
        });
  }

  /**
   * Whether a job may move from this status to another one. Coordinators that have read this status
   * act on it until they see a higher epoch. A move within the epoch may therefore only end an
   * operation that all of them are performing; any other end of a restore, a halt or a resume
   * increases the epoch.
   */
  default boolean leadsTo(JobStatus to) {
    if (to.raisesEpoch()) {
      return true;
    }
    return switch (this) {
      case Running r -> false;
      case Replaying r -> to instanceof Running;
      case Restoring(Restoration from) -> to.equals(new Replaying(from));
      case Suspending(Halt halt) -> to.equals(new Halted(halt));
      // Its journals are suspended in each of these statuses.
      case Halted h -> to instanceof Halted;
      case Resuming r -> to instanceof Running;
    };
  }

  /**
   * Refuses a move after which coordinators of this epoch would continue an operation that has
   * ended.
   *
   * @throws IllegalArgumentException if this status does not lead to the other one
   */
  default void requireLeadsTo(JobStatus to) {
    if (!leadsTo(to)) {
      throw new IllegalArgumentException(
          "a job that is "
              + label()
              + " cannot become "
              + to.label()
              + " without a new epoch: a coordinator that saw it "
              + label()
              + " would not notice");
    }
  }

  /** Returns the job's own checkpoints that must be completed for it to enter this status. */
  default Set<CheckpointId> needed() {
    if (!(this instanceof Restoring(Restoration from))) {
      return Set.of();
    }
    Set<CheckpointId> needed = new HashSet<>();
    from.own().ifPresent(needed::add);
    from.undo().ifPresent(needed::add);
    return needed;
  }

  /** Whether a user has cancelled the job. */
  default boolean isCancelled() {
    return this instanceof Halted(Halt halt) && halt instanceof Halt.Cancelled;
  }

  /** Whether the job has ended and its checkpoints are deleted, including the one for an undo. */
  default boolean deletesCheckpoints() {
    return this instanceof Halted(Halt halt)
        && halt instanceof Halt.Cancelled(boolean deletes)
        && deletes;
  }

  /** Returns the job's own checkpoint whose restore is in progress, which must be kept. */
  default Optional<CheckpointId> restoringFrom() {
    return switch (this) {
      case Restoring restoring -> restoring.from().own();
      case Replaying replaying -> replaying.from().own();
      case Running r -> Optional.empty();
      case Suspending s -> Optional.empty();
      case Halted h -> Optional.empty();
      case Resuming r -> Optional.empty();
    };
  }
}
