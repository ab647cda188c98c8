package dev.cairn.function;

import dev.cairn.settings.Options;

/**
 * Keeps checkpoints inside the job's table, for small state. Flink's storage of this name keeps
 * them in the job manager's memory.
 *
 * @param maxStateSize the largest file of a subtask's state, in bytes; above it checkpoints fail
 */
public record JobManagerCheckpointStorage(int maxStateSize) implements CheckpointStorage {

  /** Allows the largest possible state. */
  public JobManagerCheckpointStorage() {
    this(Options.MAX_INLINE_STATE.defaultValue());
  }

  /**
   * Refuses a directory for the metadata, which lies in the table with the state.
   *
   * @throws IllegalArgumentException always, saying what to write instead
   */
  public JobManagerCheckpointStorage(String checkpointPath) {
    this(noDirectory(checkpointPath));
  }

  private static int noDirectory(String directory) {
    throw new IllegalArgumentException(
        "JobManagerCheckpointStorage(\""
            + directory
            + "\") is not possible here: metadata lies in the table with the state; write new"
            + " JobManagerCheckpointStorage() for that, or new FileSystemCheckpointStorage(\""
            + directory
            + "\") to keep both in the directory");
  }
}
