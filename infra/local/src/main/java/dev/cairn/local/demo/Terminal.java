package dev.cairn.local.demo;

import java.io.PrintStream;

/**
 * Where output goes.
 *
 * @param live whether it is a terminal on which lines can be drawn over
 * @param columns how wide it is
 */
public record Terminal(PrintStream out, boolean live, int columns) {
  private static final int USUAL = 120;

  /** Whatever it is, as a file: one line after the other. */
  public static Terminal plain(PrintStream out) {
    return new Terminal(out, false, USUAL);
  }

  /** As the launcher found it: only a shell can ask, in every release of Java that we run on. */
  public static Terminal ofProcess(PrintStream out) {
    return new Terminal(
        out,
        Boolean.getBoolean("cairn.terminal"),
        Math.max(40, Integer.getInteger("cairn.columns", USUAL)));
  }
}
