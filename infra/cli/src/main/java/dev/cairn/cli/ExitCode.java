package dev.cairn.cli;

/** What scripts are told. */
public final class ExitCode {
  public static final int OK = 0;

  /** The answer is no: not equal, damaged, refused, not there. */
  public static final int NO = 1;

  /**
   * There is no answer: the command line, a file, a function or a pipeline is not what it should
   * be.
   */
  public static final int UNUSABLE = 2;

  private ExitCode() {}
}
