package dev.cairn.job;

import dev.cairn.checkpoint.Failure;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SavepointName;
import java.util.Optional;

/** The reason why a job does not run, which determines the name of its status. */
public sealed interface Halt {

  /** Returns the name for people and for the job's item. */
  default String label() {
    return switch (this) {
      case Cancelled c -> "CANCELLED";
      case Stopping s -> "STOPPING";
      case Stopped s -> "STOPPED";
      case Failed f -> "FAILED";
    };
  }

  /**
   * CANCELLED, by a user.
   *
   * @param deletesCheckpoints whether its checkpoints are deleted; savepoints never are
   */
  record Cancelled(boolean deletesCheckpoints) implements Halt {}

  /**
   * STOPPING: every subtask is suspended, and a savepoint of its state is taken.
   *
   * @param savepoint the name that the user gave it
   */
  record Stopping(Optional<SavepointName> savepoint) implements Halt {}

  /** STOPPED, with a savepoint. */
  record Stopped(CheckpointId savepoint) implements Halt {}

  /** FAILED, by the job's own decision. */
  record Failed(Failure failure) implements Halt {}
}
