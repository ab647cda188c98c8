package dev.cairn.function;

import java.net.URI;

/**
 * Flink's older name for live state on the heap with checkpoints in a directory: here, {@link
 * HashMapStateBackend} with {@link FileSystemCheckpointStorage}.
 *
 * @param storage the directory, and the largest delta that is kept out of it
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
   * Keeps checkpoints in a directory, and small deltas out of it.
   *
   * @param fileStateSizeThreshold as of {@link FileSystemCheckpointStorage}
   */
  public FsStateBackend(URI directory, int fileStateSizeThreshold) {
    this(new FileSystemCheckpointStorage(directory, fileStateSizeThreshold));
  }
}
