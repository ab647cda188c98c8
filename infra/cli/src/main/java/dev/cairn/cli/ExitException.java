package dev.cairn.cli;

/** A command failed; the message says what happened, why, and what to do. */
public final class ExitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private ExitException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** Creates an exception for an error in the command line, or for a missing pipeline. */
  public static ExitException unusable(String message) {
    return new ExitException(ExitCode.UNUSABLE, message);
  }

  /** Creates an exception for a negative result. */
  static ExitException no(String message) {
    return new ExitException(ExitCode.NO, message);
  }

  int exitCode() {
    return exitCode;
  }
}
