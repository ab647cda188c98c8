package dev.cairn.stream;

/**
 * An iterator has expired: Kinesis keeps iterators for five minutes. The reader continues from a
 * sequence number, as {@link ShardScan} does.
 */
public final class ExpiredIteratorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ExpiredIteratorException(String message) {
    super(message);
  }

  public ExpiredIteratorException(String message, Throwable cause) {
    super(message, cause);
  }
}
