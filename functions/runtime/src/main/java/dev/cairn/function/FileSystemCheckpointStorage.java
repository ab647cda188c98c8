package dev.cairn.function;

import java.net.URI;
import java.util.OptionalInt;

/**
 * Keeps checkpoints in a folder of a bucket. The job's functions need permission to use the bucket;
 * the construct grants it only for the bucket that it creates.
 *
 * @param directory {@code s3://bucket} or {@code s3://bucket/prefix}; a local directory is refused,
 *     because the coordinator runs on another machine
 * @param fileStateSizeThreshold the largest delta, in bytes, that a journal entry holds itself; a
 *     larger one becomes a file. If empty, {@code execution.checkpointing.data-inline-threshold}
 *     applies
 */
public record FileSystemCheckpointStorage(String directory, OptionalInt fileStateSizeThreshold)
    implements CheckpointStorage {

  public FileSystemCheckpointStorage(String directory) {
    this(directory, OptionalInt.empty());
  }

  public FileSystemCheckpointStorage(URI directory) {
    this(directory.toString());
  }

  /**
   * Keeps checkpoints in a directory, and deltas up to a size in journal entries.
   *
   * @param fileStateSizeThreshold in bytes; as in Flink, -1 leaves it to the settings, and 0 makes
   *     each delta a file
   */
  public FileSystemCheckpointStorage(String directory, int fileStateSizeThreshold) {
    this(directory, threshold(fileStateSizeThreshold));
  }

  /**
   * Keeps checkpoints in a directory, and deltas up to a size in journal entries.
   *
   * @param fileStateSizeThreshold in bytes; as in Flink, -1 leaves it to the settings, and 0 makes
   *     each delta a file
   */
  public FileSystemCheckpointStorage(URI directory, int fileStateSizeThreshold) {
    this(directory.toString(), fileStateSizeThreshold);
  }

  // No delta has a single byte.
  private static OptionalInt threshold(int bytes) {
    return bytes == -1 ? OptionalInt.empty() : OptionalInt.of(bytes == 0 ? 1 : bytes);
  }
}
