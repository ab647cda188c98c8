package dev.cairn.journal;

/**
 * A write got no response from the table, so it may have happened or not. The writer has to read
 * and decide again.
 */
public final class OutcomeUnknownException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OutcomeUnknownException(String message, Throwable cause) {
    super(message, cause);
  }

  public OutcomeUnknownException(String message) {
    super(message);
  }
}
