package dev.cairn.function;

import dev.cairn.settings.Options;
import java.net.URI;

/**
 * Flink's older name for live state on the heap with checkpoints in a directory: here, {@link
 * HashMapStateBackend} with {@link FileSystemCheckpointStorage}.
 *
 * @param storage the directory, and the largest delta that is kept in a journal entry instead
 */
public record FsStateBackend(FileSystemCheckpointStorage storage) implements StateBackend {

  public FsStateBackend(String directory) {
    this(new FileSystemCheckpointStorage(directory));
  }

  /**
   * Keeps checkpoints in a directory.
   *
   * @param asynchronousSnapshots has no effect: no record waits for a checkpoint's upload
   */
  public FsStateBackend(String directory, boolean asynchronousSnapshots) {
    this(directory);
  }

  public FsStateBackend(URI directory) {
    this(directory.toString());
  }

  /**
   * Keeps checkpoints in a directory.
   *
   * @param asynchronousSnapshots has no effect: no record waits for a checkpoint's upload
   */
  public FsStateBackend(URI directory, boolean asynchronousSnapshots) {
    this(directory);
  }

  /**
   * Refuses a directory for savepoints, which the deployment or the job's item sets.
   *
   * @throws IllegalArgumentException always, saying what to write instead
   */
  public FsStateBackend(URI checkpointDirectory, URI savepointDirectory) {
    this(without(checkpointDirectory, savepointDirectory));
  }

  private static URI without(URI checkpoints, URI savepoints) {
    throw new IllegalArgumentException(
        "FsStateBackend(\""
            + checkpoints
            + "\", \""
            + savepoints
            + "\") is not possible here: code cannot set where savepoints go, as the coordinator"
            + " needs a right to write there; set "
            + Options.SAVEPOINT_DIRECTORY
            + " in the construct or on the job's item, and write new FsStateBackend(\""
            + checkpoints
            + "\")");
  }

  /**
   * Keeps checkpoints in a directory, and deltas up to a size in journal entries.
   *
   * @param fileStateSizeThreshold see {@link FileSystemCheckpointStorage}
   */
  public FsStateBackend(URI directory, int fileStateSizeThreshold) {
    this(new FileSystemCheckpointStorage(directory, fileStateSizeThreshold));
  }
}
