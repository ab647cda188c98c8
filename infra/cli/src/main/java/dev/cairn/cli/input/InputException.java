package dev.cairn.cli.input;

/** A user's input cannot be used; the message says what is wrong, why, and what to do. */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
