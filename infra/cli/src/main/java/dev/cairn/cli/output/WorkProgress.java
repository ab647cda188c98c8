package dev.cairn.cli.output;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Prints on stderr what a command is doing and for how long, when nothing was printed for two
 * seconds. On a terminal the line is drawn over; elsewhere there is one every ten seconds.
 */
public final class WorkProgress implements AutoCloseable {
  /** Says nothing. */
  public static final WorkProgress SILENT =
      new WorkProgress(
          new PrintWriter(Writer.nullWriter()), Voice.SILENT, InstantSource.system(), "");

  private static final Duration SOON = Duration.ofSeconds(2);
  private static final Duration EACH = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final String ERASE = "\r\u001b[K";

  private final PrintWriter err;
  private final Voice voice;
  private final InstantSource clock;
  private final Instant began;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
          });
  private String doing;
  private Instant quietSince;
  private boolean drawn;

  /** The form of progress output. */
  public enum Voice {
    /** On a terminal: one line that is drawn over. */
    LIVE,
    /** In a log: a line now and then. */
    LINES,
    /** Not at all. */
    SILENT
  }

  private WorkProgress(PrintWriter err, Voice voice, InstantSource clock, String doing) {
    this.err = err;
    this.voice = voice;
    this.clock = clock;
    this.began = clock.instant();
    this.quietSince = began;
    this.doing = doing;
  }

  /**
   * Begins to watch a piece of work.
   *
   * @param doing what it does, such as "reading the journals"
   */
  public static WorkProgress of(String doing, PrintWriter err, Voice voice, InstantSource clock) {
    WorkProgress progress = new WorkProgress(err, voice, clock, doing);
    if (voice != Voice.SILENT) {
      progress.timer.scheduleAtFixedRate(
          progress::refresh, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }
    return progress;
  }

  /** Sets the current work. */
  public synchronized void now(String what) {
    doing = what;
  }

  /** Removes the progress line before other output, and pauses the progress output. */
  public synchronized void printed() {
    erase();
    quietSince = clock.instant();
  }

  synchronized void refresh() {
    Instant now = clock.instant();
    if (now.isBefore(quietSince.plus(SOON))) {
      return;
    }
    String line = doing + " (" + Sizes.age(Duration.between(began, now)) + ") …";
    switch (voice) {
      case LIVE -> {
        err.print(ERASE + Elision.middle(line, 79));
        drawn = true;
      }
      case LINES -> {
        err.println(line);
        quietSince = now.plus(EACH).minus(SOON);
      }
      case SILENT -> {}
    }
    err.flush();
  }

  private void erase() {
    if (drawn) {
      err.print(ERASE);
      err.flush();
      drawn = false;
    }
  }

  @Override
  public synchronized void close() {
    timer.shutdownNow();
    erase();
  }
}
