package dev.cairn.cli;

import dev.cairn.cli.feed.StreamFeed;
import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.output.Terminal;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress output of a feed: a bar on a terminal, otherwise a line every few seconds. */
interface FeedProgress extends StreamFeed.Progress, AutoCloseable {

  /** No progress output. */
  FeedProgress SILENT =
      new FeedProgress() {
        @Override
        public void moved(long sent, long bytesRead) {}

        @Override
        public void close() {}
      };

  @Override
  void close();

  /**
   * Progress of one file.
   *
   * @param limit how many records are sent at most; empty for all of the file
   */
  static FeedProgress on(
      Terminal terminal, String name, OptionalLong limit, long fileBytes, InstantSource clock) {
    Whole whole = new Whole(limit, fileBytes);
    return terminal.live()
        ? new Bar(terminal, name, whole)
        : new Lines(terminal.out(), whole, clock);
  }

  /**
   * The total work: a number of records, or a whole file, of which only the bytes are known before
   * its end. A limit beyond the end of the file is never reached, so the greater progress of the
   * two counts.
   */
  record Whole(OptionalLong limit, long fileBytes) {
    int percent(long sent, long bytesRead) {
      double ofFile = (double) bytesRead / Math.max(1, fileBytes);
      double ofLimit = limit.isPresent() ? (double) sent / limit.getAsLong() : 0;
      return (int) (100 * Math.min(1, Math.max(ofFile, ofLimit)));
    }
  }

  /** A bar that is drawn over. */
  final class Bar implements FeedProgress {
    private final ProgressBar bar;
    private final Whole whole;

    private Bar(Terminal terminal, String name, Whole whole) {
      this.whole = whole;
      this.bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(100)
              .setUnit(" %", 1)
              .setStyle(style(terminal))
              .setConsumer(new ConsoleProgressBarConsumer(terminal.out(), terminal.columns() - 1))
              .build();
    }

    private static ProgressBarStyle style(Terminal terminal) {
      if (!terminal.out().charset().newEncoder().canEncode('█')) {
        return ProgressBarStyle.ASCII;
      }
      return terminal.highlights()
          ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
          : ProgressBarStyle.UNICODE_BLOCK;
    }

    @Override
    public void moved(long sent, long bytesRead) {
      bar.setExtraMessage(" " + Sizes.count(sent) + " records")
          .stepTo(whole.percent(sent, bytesRead));
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** A line each few seconds. */
  final class Lines implements FeedProgress {
    private static final Duration EACH = Duration.ofSeconds(5);

    private final PrintStream out;
    private final Whole whole;
    private final InstantSource clock;
    private Instant printed;

    private Lines(PrintStream out, Whole whole, InstantSource clock) {
      this.out = out;
      this.whole = whole;
      this.clock = clock;
      this.printed = clock.instant();
    }

    @Override
    public void moved(long sent, long bytesRead) {
      Instant now = clock.instant();
      if (now.isBefore(printed.plus(EACH))) {
        return;
      }
      printed = now;
      out.println(
          Sizes.count(sent) + " records sent, " + whole.percent(sent, bytesRead) + " % done");
      out.flush();
    }

    @Override
    public void close() {}
  }
}
