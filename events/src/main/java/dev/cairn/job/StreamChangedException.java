package dev.cairn.job;

import dev.cairn.id.JobId;

/**
 * A job was deployed with another stream than the one that it has read until now. Shards of all
 * streams have the same names, and a position in one stream means nothing in another, so nothing of
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
   * @throws StreamChangedException if these are two streams
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
              + " now: its positions mean nothing there, so nothing was applied. Deploy stream "
              + before
              + " again, or give the new one another job name; docs/operations.md, \"Another stream"
              + " under the same job\", says what happens to the state",
          now);
    }
  }

  /** The name of the stream that the job is deployed with now. */
  public String stream() {
    return stream;
  }
}
