package dev.cairn.job;

import dev.cairn.id.JobId;

/**
 * A job was deployed with another stream than the one that it has read until now. Shards of all
 * streams have the same names, and a position of one stream is not valid in another, so no part of
 * the job may run.
 */
public final class StreamChangedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final String stream;

  private StreamChangedException(String message, String stream) {
    super(message);
    this.stream = stream;
  }

  /**
   * @param before the name of the stream that the job has read
   * @param now the name of the stream that it is deployed with
   * @throws StreamChangedException if the two differ
   */
  public static void require(JobId job, String before, String now) {
    if (!before.equals(now)) {
      throw new StreamChangedException(
          "job "
              + job
              + " has read stream "
              + before
              + " and is deployed with "
              + now
              + " now: its positions are not valid there, so no records were applied. Deploy"
              + " stream "
              + before
              + " again, or give the new one another job name; docs/operations.md, \"Another stream"
              + " under the same job\", explains what happens to the state",
          now);
    }
  }

  /** Returns the name of the stream with which the job is deployed now. */
  public String stream() {
    return stream;
  }
}
