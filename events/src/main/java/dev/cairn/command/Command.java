package dev.cairn.command;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import java.time.Instant;
import java.util.Optional;

/**
 * What a user asks of a job. The same text asks for it wherever it is typed: after {@code cairn} in
 * a shell, in the attribute {@code command} of the job's item, and in a payload for the
 * coordinator's function; {@link CommandText} reads and prints it.
 */
public sealed interface Command {

  /** Take a checkpoint now. Flink: triggerCheckpoint. */
  record Checkpoint() implements Command {}

  /** Take a savepoint now. Flink: triggerSavepoint. */
  record Savepoint(Optional<SavepointName> name) implements Command {}

  /** Halt, and take a savepoint of where the job then stands. Flink: stop-with-savepoint. */
  record Stop(Optional<SavepointName> savepoint) implements Command {}

  /**
   * Halt at once.
   *
   * @param deletesCheckpoints whether its checkpoints go; empty as it is set for the job
   */
  record Cancel(Optional<Boolean> deletesCheckpoints) implements Command {}

  /**
   * Go on from where the job halted.
   *
   * @param acceptsGap whether records may be missing that expired while the job was halted
   */
  record Resume(boolean acceptsGap) implements Command {}

  /** Put the job back. Flink: restoreSavepoint, restoreLatestCheckpointedState. */
  record Restore(Target target, Options options) implements Command {}

  /** Put the job to the last checkpoint from before the last restore. */
  record Undo() implements Command {}

  /** Delete a checkpoint or a savepoint. Flink: dispose. */
  record Dispose(CheckpointId checkpoint) implements Command {}

  /** Keep a checkpoint, however many are completed after it. */
  record Pin(CheckpointId checkpoint) implements Command {}

  /** Take a pin off a checkpoint. */
  record Unpin(CheckpointId checkpoint) implements Command {}

  /**
   * Begin another job from a checkpoint, without copying state.
   *
   * @param name the other job's
   */
  record Fork(CheckpointId checkpoint, JobId name) implements Command {}

  /** Let a fork's files go, of a job that is not to run any more. */
  record Unfork(JobId name) implements Command {}

  /**
   * Raise the format in which the job is written, after which no earlier release can take over.
   *
   * @param to the format's number; empty for the newest that the coordinator knows
   */
  record Upgrade(Optional<Long> to) implements Command {}

  /** What is to be restored. */
  sealed interface Target {
    /** The newest checkpoint that is complete. */
    record Latest() implements Target {}

    record Id(CheckpointId id) implements Target {}

    /** A {@code _metadata} file, or the directory that holds it; also another job's. */
    record Path(String path) implements Target {}
  }

  /**
   * How it is to be restored.
   *
   * @param allowsNonRestoredState whether state may be left behind that the function no longer
   *     declares
   * @param acceptsGap whether records that the stream no longer keeps may be missing
   * @param startsAt where another job's state stands in this job's stream; empty if nobody says
   */
  record Options(
      ClaimMode claimMode,
      boolean allowsNonRestoredState,
      boolean acceptsGap,
      Optional<StartsAt> startsAt) {
    public static final Options NONE =
        new Options(ClaimMode.NO_CLAIM, false, false, Optional.empty());
  }

  /** Where in its stream a job goes on from another one's state. */
  sealed interface StartsAt {
    /** Where the other one stood: both read the same stream. */
    record SameStream() implements StartsAt {}

    record Horizon() implements StartsAt {}

    record Timestamp(Instant at) implements StartsAt {}
  }
}
