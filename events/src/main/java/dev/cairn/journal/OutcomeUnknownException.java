package dev.cairn.journal;

/**
 * The table did not answer a write: it may have happened or not. Whoever wrote it reads, and
 * decides again.
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
