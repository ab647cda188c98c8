package dev.cairn.stream;

/** The stream did not respond, or throttled. The call may succeed later. */
public final class StreamException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StreamException(String message) {
    super(message);
  }

  public StreamException(String message, Throwable cause) {
    super(message, cause);
  }
}
