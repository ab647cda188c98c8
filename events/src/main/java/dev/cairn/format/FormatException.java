package dev.cairn.format;

/**
 * Stored bytes do not have the form that their writer must have given them, or a newer version
 * wrote them.
 */
public class FormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public FormatException(String message) {
    super(message);
  }

  public FormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
