package dev.cairn.stream;

/**
 * The stream does not have what a request names: the stream or the shard does not exist, or the
 * sequence number is of another stream, as it is after a stream was deleted and created again under
 * its name. The same request fails each time. The message holds Kinesis's own words.
 */
public final class NotInStreamException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NotInStreamException(String message) {
    super(message);
  }

  public NotInStreamException(String message, Throwable cause) {
    super(message, cause);
  }
}
