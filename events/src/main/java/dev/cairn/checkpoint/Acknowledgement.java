package dev.cairn.checkpoint;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FileRef;
import java.util.Optional;

/**
 * A subtask's answer to a checkpoint. Written once; a second answer of the same subtask is not
 * stored.
 */
public sealed interface Acknowledgement {
  SubtaskId subtask();

  CheckpointId checkpoint();

  /**
   * The subtask's state is stored.
   *
   * @param stateFile names the state; empty for a subtask that has applied nothing
   * @param fullSizeBytes what a restore of it would read
   * @param incrementalSizeBytes what was stored for this checkpoint
   */
  record Acknowledged(
      SubtaskId subtask,
      CheckpointId checkpoint,
      Optional<FileRef> stateFile,
      long fullSizeBytes,
      long incrementalSizeBytes)
      implements Acknowledgement {}

  /** The subtask cannot store its state, and why. */
  record Declined(SubtaskId subtask, CheckpointId checkpoint, FailureReason reason, String message)
      implements Acknowledgement {
    public Failure failure() {
      return Failure.of(reason, subtask, subtask.name() + " declined: " + message);
    }
  }
}
