package dev.cairn.function;

import java.net.URI;
import java.util.OptionalInt;

/**
 * Checkpoints in a folder of a bucket. The functions of the job need to be allowed to use it: the
 * construct allows the bucket that it makes, and no other.
 *
 * @param directory {@code s3://bucket} or {@code s3://bucket/prefix}; a directory of a machine is
 *     refused, as the coordinator runs on another
 * @param fileStateSizeThreshold the largest delta, in bytes, that a journal entry holds itself; a
 *     larger one becomes a file. Empty: as {@code execution.checkpointing.data-inline-threshold}
 *     says
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
   * Keeps checkpoints in a directory, and small deltas out of it.
   *
   * @param fileStateSizeThreshold in bytes; as in Flink, -1 leaves it to the settings, and 0 makes
   *     each delta a file
   */
  public FileSystemCheckpointStorage(String directory, int fileStateSizeThreshold) {
    this(directory, threshold(fileStateSizeThreshold));
  }

  /**
   * Keeps checkpoints in a directory, and small deltas out of it.
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
