package dev.cairn.command;

/** A text is not a command; the message says what is wrong and what would be right. */
public final class InvalidCommandException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  InvalidCommandException(String reason) {
    super(reason);
    this.reason = reason;
  }

  /** Returns what is wrong, and what would be right. */
  public String reason() {
    return reason;
  }
}
