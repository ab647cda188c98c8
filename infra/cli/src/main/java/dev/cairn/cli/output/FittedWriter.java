package dev.cairn.cli.output;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Writes lines that fit the terminal. A longer line continues below the text that it began with,
 * broken between words; a single word that is longer than a line, such as a path, stays whole, so
 * that it can be copied. Control characters in data are escaped, and a line's first word is
 * highlighted if it names a fault.
 */
public final class FittedWriter extends Writer {
  private static final Set<String> FAULTS =
      Set.of("WRONG", "DAMAGED", "MISSING", "DIFFERENT", "VIOLATED", "NOT", "refused", "failed");

  private static final String HIGHLIGHT = "\u001b[1;31m";
  private static final String PLAIN = "\u001b[0m";

  private final PrintWriter target;
  private final int columns;
  private final boolean highlights;
  private final Runnable beforeLine;
  private final StringBuilder line = new StringBuilder();

  private FittedWriter(PrintWriter target, int columns, boolean highlights, Runnable beforeLine) {
    this.target = target;
    this.columns = columns;
    this.highlights = highlights;
    this.beforeLine = beforeLine;
  }

  /**
   * A writer in front of another one.
   *
   * @param columns how wide the terminal is
   * @param highlights whether faults are shown in bold red
   * @param beforeLine called before each line is written
   */
  public static PrintWriter on(
      PrintWriter target, int columns, boolean highlights, Runnable beforeLine) {
    return new PrintWriter(new FittedWriter(target, columns, highlights, beforeLine), true);
  }

  @Override
  public void write(char[] characters, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      char next = characters[i];
      if (next == '\n') {
        end();
      } else if (next != '\r') {
        line.append(next);
      }
    }
  }

  private void end() {
    beforeLine.run();
    for (String part : fit(escaped(line), columns)) {
      target.write((highlights ? highlighted(part) : part) + "\n");
    }
    line.setLength(0);
  }

  /** A key or a message may hold what a terminal would obey. */
  private static String escaped(CharSequence text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char next = text.charAt(i);
      if (next == '\t') {
        escaped.append("    ");
      } else if (Character.isISOControl(next)) {
        escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) next));
      } else {
        escaped.append(next);
      }
    }
    return escaped.toString();
  }

  /** Returns the text with its first word in bold red if it names a fault. */
  public static String highlighted(String text) {
    int end = text.indexOf(' ');
    String first = end < 0 ? text : text.substring(0, end);
    return FAULTS.contains(first)
        ? HIGHLIGHT + first + PLAIN + text.substring(first.length())
        : text;
  }

  /** The lines that a text takes. */
  public static List<String> fit(String text, int columns) {
    if (text.length() <= columns) {
      return List.of(text);
    }
    List<String> lines = new ArrayList<>();
    String indent = " ".repeat(indent(text, columns));
    String rest = text;
    while (rest.length() > columns) {
      int from = lines.isEmpty() ? begin(rest) : indent.length();
      int at = rest.lastIndexOf(' ', columns);
      if (at <= from) {
        at = rest.indexOf(' ', columns);
      }
      if (at < 0) {
        break;
      }
      lines.add(rest.substring(0, at).stripTrailing());
      rest = indent + rest.substring(at).stripLeading();
    }
    if (!rest.isBlank()) {
      lines.add(rest);
    }
    return lines;
  }

  /** Where a line's last field begins, if that leaves more than half of the width to it. */
  private static int indent(String text, int columns) {
    int indent = begin(text) + 2;
    for (int i = begin(text); i < columns / 3; i++) {
      boolean isField = text.charAt(i) == ' ' && text.charAt(i + 1) == ' ';
      if (isField && text.charAt(i + 2) != ' ') {
        indent = i + 2;
      }
    }
    return text.startsWith("-> ", begin(text)) ? begin(text) + "-> ".length() : indent;
  }

  private static int begin(String text) {
    int begin = 0;
    while (begin < text.length() && text.charAt(begin) == ' ') {
      begin++;
    }
    return begin;
  }

  @Override
  public void flush() throws IOException {
    if (target.checkError()) {
      throw new IOException("the reader has closed the output");
    }
  }

  @Override
  public void close() throws IOException {
    if (!line.isEmpty()) {
      end();
    }
    target.flush();
  }
}
