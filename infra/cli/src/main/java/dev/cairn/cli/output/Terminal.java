package dev.cairn.cli.output;

import dev.cairn.cli.output.WorkProgress.Voice;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The destination of output.
 *
 * @param live whether it is a terminal on which lines can be drawn over
 * @param columns how wide it is
 * @param progress where long work prints its progress
 * @param highlights whether faults are shown in colour
 */
public record Terminal(
    PrintStream out, boolean live, int columns, Voice progress, boolean highlights) {
  private static final int USUAL = 80;
  private static final int NARROWEST = 40;

  /** A file, or a test: lines of any length, without progress or colour. */
  public static Terminal plain(PrintStream out) {
    return new Terminal(out, false, Integer.MAX_VALUE, Voice.SILENT, false);
  }

  /** Returns a terminal of at most {@code columns} columns. */
  public Terminal narrowedTo(int columns) {
    return new Terminal(out, live, columns, progress, highlights);
  }

  /**
   * Uses the launcher's findings, because in all supported Java releases only a shell can detect a
   * terminal. Other output is 80 columns wide, or as wide as the variable COLUMNS.
   */
  public static Terminal ofProcess(PrintStream out, Map<String, String> environment) {
    boolean live = Boolean.getBoolean("cairn.terminal");
    int columns =
        Optional.ofNullable(Integer.getInteger("cairn.columns"))
            .or(() -> number(environment.getOrDefault("COLUMNS", "")))
            .orElse(USUAL);
    return new Terminal(
        out,
        live,
        Math.max(NARROWEST, columns),
        Boolean.getBoolean("cairn.terminal.err") ? Voice.LIVE : Voice.LINES,
        live && hasColours(environment));
  }

  /** The command that a subcommand belongs to, if that knows its terminal. */
  public interface Owner {
    Terminal terminal();
  }

  /** Returns the terminal of a subcommand; a plain one if it has none. */
  public static Terminal of(CommandSpec subcommand) {
    return subcommand.root().userObject() instanceof Owner owner
        ? owner.terminal()
        : plain(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
  }

  /** See no-color.org. */
  private static boolean hasColours(Map<String, String> environment) {
    return environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  private static Optional<Integer> number(String text) {
    return text.matches("[1-9][0-9]{0,4}") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
  }

  /** A writer whose lines fit it. */
  public PrintWriter fitted(PrintWriter target, Runnable beforeLine) {
    return FittedWriter.on(target, columns, highlights, beforeLine);
  }
}
