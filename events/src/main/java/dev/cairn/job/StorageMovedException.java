package dev.cairn.job;

import dev.cairn.id.JobId;

/**
 * A job's files lie elsewhere than where it is now told to keep them. Its journals and checkpoints
 * refer to files by where they lie below the storage's root, so nothing of the job may run: what it
 * needs would seem to be lost.
 */
public final class StorageMovedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private StorageMovedException(String message) {
    super(message);
  }

  /**
   * @param there where its files are, such as {@code s3://bucket/prefix} or {@code dynamodb:}
   * @param here where it is told to keep them
   * @throws StorageMovedException if these are two places
   */
  public static void require(JobId job, String there, String here) {
    if (!there.equals(here)) {
      throw new StorageMovedException(
          "job "
              + job
              + " has its files in "
              + there
              + " and is told to keep them in "
              + here
              + " now: what its journals refer to is not there. Set the storage to "
              + there
              + " again; to move, take a savepoint to a directory of its own, and restore it as a"
              + " job of another name with the new storage");
    }
  }
}
