package dev.cairn.format;

/** Stored bytes are malformed, or a newer version wrote them. */
public class FormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public FormatException(String message) {
    super(message);
  }

  public FormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
