package dev.cairn.command;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import dev.cairn.id.ShardId;
import java.time.Instant;
import java.util.Optional;

/**
 * A user's command to a job. Its text is the same in a shell after {@code cairn}, in the attribute
 * {@code command} of the job's item, and in a payload for the coordinator's function; {@link
 * CommandText} parses and prints it.
 */
public sealed interface Command {

  /** Take a checkpoint now. Flink: triggerCheckpoint. */
  record Checkpoint() implements Command {}

  /** Take a savepoint now. Flink: triggerSavepoint. */
  record Savepoint(Optional<SavepointName> name) implements Command {}

  /** Halt, and take a savepoint of the job's final state. Flink: stop-with-savepoint. */
  record Stop(Optional<SavepointName> savepoint) implements Command {}

  /**
   * Halt at once.
   *
   * @param deletesCheckpoints whether its checkpoints are deleted; if empty, the job's setting
   *     applies
   */
  record Cancel(Optional<Boolean> deletesCheckpoints) implements Command {}

  /**
   * Resume from the state in which the job halted.
   *
   * @param acceptsGap whether records may be missing that expired while the job was halted
   */
  record Resume(boolean acceptsGap) implements Command {}

  /** Restore the job. Flink: restoreSavepoint, restoreLatestCheckpointedState. */
  record Restore(Target target, Options options) implements Command {}

  /** Undo the last restore, by restoring the latest checkpoint from before it. */
  record Undo() implements Command {}

  /** Delete a checkpoint or a savepoint. Flink: dispose. */
  record Dispose(CheckpointId checkpoint) implements Command {}

  /** Pin a checkpoint, so that it is kept independent of retention. */
  record Pin(CheckpointId checkpoint) implements Command {}

  /** Unpin a checkpoint. */
  record Unpin(CheckpointId checkpoint) implements Command {}

  /**
   * Begin another job from a checkpoint, without copying state.
   *
   * @param name the other job's name
   */
  record Fork(CheckpointId checkpoint, JobId name) implements Command {}

  /** Release the files of a fork that is not to run any more. */
  record Unfork(JobId name) implements Command {}

  /**
   * Raise the format in which the job is written, after which no earlier release can take over.
   *
   * @param to the format's number; empty for the newest that the coordinator knows
   */
  record Upgrade(Optional<Long> to) implements Command {}

  /**
   * Continue a shard although records may be missing: of the shard itself, if its rest cannot be
   * read any more, or of parents that the stream has forgotten.
   */
  record AcceptGap(ShardId shard) implements Command {}

  /** The checkpoint to restore. */
  sealed interface Target {
    /** The newest checkpoint that is complete. */
    record Latest() implements Target {}

    record Id(CheckpointId id) implements Target {}

    /** A {@code _metadata} file or its directory, of this or another job. */
    record Path(String path) implements Target {}
  }

  /**
   * The options of a restore.
   *
   * @param allowsNonRestoredState whether state that the function no longer declares may be dropped
   * @param acceptsGap whether records that the stream no longer keeps may be missing
   * @param startsAt where to continue in this job's stream with another job's state; empty if not
   *     given
   */
  record Options(
      ClaimMode claimMode,
      boolean allowsNonRestoredState,
      boolean acceptsGap,
      Optional<StartsAt> startsAt) {
    public static final Options NONE =
        new Options(ClaimMode.NO_CLAIM, false, false, Optional.empty());
  }

  /** Where in its stream a job continues with another job's state. */
  sealed interface StartsAt {
    /** At the other job's position, because both jobs read the same stream. */
    record SameStream() implements StartsAt {}

    record Horizon() implements StartsAt {}

    record Timestamp(Instant at) implements StartsAt {}
  }
}
