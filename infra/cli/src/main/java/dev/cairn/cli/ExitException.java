package dev.cairn.cli;

/** A command cannot do what it was asked to; the message says what, why, and what to do. */
public final class ExitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private ExitException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** It was asked wrongly, or nothing is there to ask. */
  public static ExitException unusable(String message) {
    return new ExitException(ExitCode.UNUSABLE, message);
  }

  /** The answer is no. */
  static ExitException no(String message) {
    return new ExitException(ExitCode.NO, message);
  }

  int exitCode() {
    return exitCode;
  }
}
