package dev.cairn.job;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Where a job stands. */
public sealed interface JobStatus {

  /** Records are applied and checkpoints taken. */
  record Running() implements JobStatus {}

  /** A restore has raised the epoch; not every journal is known to have it. */
  record Restoring(Restoration from) implements JobStatus {}

  /** Every journal has the epoch; some shards still close their gap. Counts as running. */
  record Replaying(Restoration from) implements JobStatus {}

  /** The epoch was raised so that the job halts; not every journal is known to have it. */
  record Suspending(Halt to) implements JobStatus {}

  /** Every journal says that nothing may be applied. */
  record Halted(Halt halt) implements JobStatus {}

  /**
   * The epoch was raised so that the job goes on; not every journal is known to have it.
   *
   * @param acceptsGap whether records may be missing that expired while the job was halted
   */
  record Resuming(boolean acceptsGap) implements JobStatus {
    /** Resumes a job whose records are all there. */
    public Resuming() {
      this(false);
    }
  }

  /** As people and the job's item call it. */
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

  /** Whether every journal is known to have the job's epoch: only then do they belong together. */
  default boolean isSettled() {
    return isRunning() || this instanceof Halted;
  }

  /**
   * Whether checkpoints may be triggered and committed: while it runs, and for the last savepoint.
   */
  default boolean takesCheckpoints() {
    return isRunning() || (this instanceof Halted(Halt halt) && halt instanceof Halt.Stopping);
  }

  /** Whether whoever brings the job here raises its epoch: every journal has to follow. */
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

  /** The end of a pending checkpoint when the job enters this status: none spans two epochs. */
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
              Failure.of(FailureReason.CANCELLED, "the job goes on from where it stopped");
          case Running r -> Failure.of(FailureReason.CANCELLED, "the job goes on");
        });
  }

  /**
   * Whether a job may be brought from here to another status. Coordinators that saw this status act
   * on it until they see a higher epoch. So a move that leaves the epoch as it is may only end what
   * every one of them is doing; any other end of a restore, a halt or a resumption raises the
   * epoch.
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
      // Its journals are suspended whatever it is called.
      case Halted h -> to instanceof Halted;
      case Resuming r -> to instanceof Running;
    };
  }

  /**
   * Refuses a move that would leave coordinators of this epoch at work on something that is over.
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

  /** The job's own checkpoints that must be completed for it to come here. */
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

  /** Whether the job has halted for good: its checkpoints go, the one for an undo among them. */
  default boolean deletesCheckpoints() {
    return this instanceof Halted(Halt halt)
        && halt instanceof Halt.Cancelled(boolean deletes)
        && deletes;
  }

  /** The job's own checkpoint whose restore is not over; nothing may take it away. */
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
