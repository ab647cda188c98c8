package dev.cairn.local.demo;

import dev.cairn.cli.output.FittedWriter;
import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.output.Terminal;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/** The demo's output: lines that remain, and on a terminal a block below them that is redrawn. */
final class Screen {
  private final PrintStream out;
  private final boolean live;
  private final int columns;
  private final boolean highlights;
  private final InstantSource clock;
  private final Instant began;
  private List<String> block = List.of();

  Screen(Terminal terminal, InstantSource clock) {
    this.out = terminal.out();
    this.live = terminal.live();
    this.columns = terminal.columns();
    this.highlights = terminal.highlights();
    this.clock = clock;
    this.began = clock.instant();
  }

  boolean isLive() {
    return live;
  }

  Duration elapsed() {
    return Duration.between(began, clock.instant());
  }

  /** A line that stays, with the time since the beginning. */
  void say(String line) {
    print(String.format(Locale.ROOT, "%7s  %s", Sizes.seconds(elapsed()), line));
  }

  /** A line that stays. */
  synchronized void print(String line) {
    erase();
    for (String part : FittedWriter.fit(line, columns)) {
      out.println(highlights ? FittedWriter.highlighted(part) : part);
    }
    draw();
  }

  /** Replaces the block below; nothing on anything but a terminal. */
  synchronized void show(List<String> lines) {
    if (live) {
      erase();
      block = List.copyOf(lines);
      draw();
    }
  }

  /** Keeps the block as it is; further output is printed below it. */
  synchronized void keep() {
    block = List.of();
  }

  private void erase() {
    if (!block.isEmpty()) {
      out.printf(Locale.ROOT, "\u001b[%dA\u001b[J", block.size());
    }
  }

  private void draw() {
    for (String line : block) {
      // A line that the terminal breaks in two would not be erased whole.
      out.println(line.length() < columns ? line : line.substring(0, columns - 1));
    }
    out.flush();
  }
}
