package dev.cairn.job;

import dev.cairn.checkpoint.Failure;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SavepointName;
import java.util.Optional;

/** Why a job does not run, and what its status is called meanwhile. */
public sealed interface Halt {

  /** As people and the job's item call it. */
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
   * @param deletesCheckpoints whether its checkpoints go; savepoints never do
   */
  record Cancelled(boolean deletesCheckpoints) implements Halt {}

  /**
   * STOPPING: every subtask is suspended, and a savepoint is taken of where they stand.
   *
   * @param savepoint the name that the user gave it
   */
  record Stopping(Optional<SavepointName> savepoint) implements Halt {}

  /** STOPPED, with a savepoint. */
  record Stopped(CheckpointId savepoint) implements Halt {}

  /** FAILED, of itself. */
  record Failed(Failure failure) implements Halt {}
}
