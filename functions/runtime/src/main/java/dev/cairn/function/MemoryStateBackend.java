package dev.cairn.function;

import dev.cairn.settings.Options;

/**
 * Flink's older name for live state on the heap with checkpoints in the job manager's memory: here,
 * {@link HashMapStateBackend} with {@link JobManagerCheckpointStorage}, whose checkpoints lie in
 * the job's table.
 *
 * @param maxStateSize the largest file of a subtask's state, in bytes; above it checkpoints fail
 */
public record MemoryStateBackend(int maxStateSize) implements StateBackend {

  /** Allows the largest possible state. Flink's default is 5 MB. */
  public MemoryStateBackend() {
    this(Options.MAX_INLINE_STATE.defaultValue());
  }

  /**
   * Allows the largest possible state.
   *
   * @param asynchronousSnapshots has no effect: no record waits for a checkpoint's upload
   */
  public MemoryStateBackend(boolean asynchronousSnapshots) {
    this();
  }

  /**
   * Refuses directories for metadata and savepoints.
   *
   * @param checkpointPath refused, as in {@link JobManagerCheckpointStorage}
   * @param savepointPath refused as well: the deployment says where savepoints go
   * @throws IllegalArgumentException always, saying what to write instead
   */
  public MemoryStateBackend(String checkpointPath, String savepointPath) {
    this(new JobManagerCheckpointStorage(checkpointPath).maxStateSize());
  }

  /**
   * Limits the size of a subtask's state.
   *
   * @param asynchronousSnapshots has no effect: no record waits for a checkpoint's upload
   */
  public MemoryStateBackend(int maxStateSize, boolean asynchronousSnapshots) {
    this(maxStateSize);
  }
}
