package dev.cairn.job;

import dev.cairn.id.JobId;

/**
 * A job is configured with another storage than the one that holds its files. Its journals and
 * checkpoints refer to files by paths below the storage's root, so no part of the job may run: its
 * files would seem to be lost.
 */
public final class StorageMovedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private StorageMovedException(String message) {
    super(message);
  }

  /**
   * @param there the storage with its files, such as {@code s3://bucket/prefix} or {@code
   *     dynamodb:}
   * @param here the configured storage
   * @throws StorageMovedException if the two differ
   */
  public static void require(JobId job, String there, String here) {
    if (!there.equals(here)) {
      throw new StorageMovedException(
          "job "
              + job
              + " has its files in "
              + there
              + " and is configured to keep them in "
              + here
              + " now: its files are not there. Set the storage to "
              + there
              + " again; to move, take a savepoint to a directory of its own, and restore it as a"
              + " job of another name with the new storage");
    }
  }
}
