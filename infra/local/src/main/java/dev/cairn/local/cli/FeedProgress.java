package dev.cairn.local.cli;

import dev.cairn.local.demo.Terminal;
import dev.cairn.local.feed.StreamFeed;
import dev.cairn.local.inspect.Sizes;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** How far a feed is: a bar on a terminal, and a line now and then anywhere else. */
interface FeedProgress extends StreamFeed.Progress, AutoCloseable {

  @Override
  void close();

  static FeedProgress on(Terminal terminal, String name, long fileBytes, InstantSource clock) {
    return terminal.live()
        ? new Bar(terminal, name, fileBytes)
        : new Lines(terminal.out(), fileBytes, clock);
  }

  /** Counts the file's bytes: how many records it has, nobody knows before its end. */
  final class Bar implements FeedProgress {
    private final ProgressBar bar;

    private Bar(Terminal terminal, String name, long fileBytes) {
      this.bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(fileBytes)
              .setUnit(" kB", 1000)
              .setConsumer(new ConsoleProgressBarConsumer(terminal.out(), terminal.columns() - 1))
              .build();
    }

    @Override
    public void moved(long sent, long bytesRead) {
      bar.setExtraMessage(" " + Sizes.count(sent) + " records").stepTo(bytesRead);
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
    private final long fileBytes;
    private final InstantSource clock;
    private Instant told;

    private Lines(PrintStream out, long fileBytes, InstantSource clock) {
      this.out = out;
      this.fileBytes = fileBytes;
      this.clock = clock;
      this.told = clock.instant();
    }

    @Override
    public void moved(long sent, long bytesRead) {
      Instant now = clock.instant();
      if (now.isBefore(told.plus(EACH))) {
        return;
      }
      told = now;
      out.println(
          Sizes.count(sent)
              + " records sent, "
              + bytesRead * 100 / Math.max(1, fileBytes)
              + " % of the file read");
      out.flush();
    }

    @Override
    public void close() {}
  }
}
