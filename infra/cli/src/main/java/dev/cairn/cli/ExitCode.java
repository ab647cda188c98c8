package dev.cairn.cli;

/** The exit codes of commands. */
public final class ExitCode {
  public static final int OK = 0;

  /** A negative result: not equal, damaged, refused, or not found. */
  public static final int NO = 1;

  /** An error: the command line, a file, a function or a pipeline cannot be used. */
  public static final int UNUSABLE = 2;

  private ExitCode() {}
}
