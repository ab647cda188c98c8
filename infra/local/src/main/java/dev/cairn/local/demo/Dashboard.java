package dev.cairn.local.demo;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.cli.inspect.CheckpointTable;
import dev.cairn.cli.inspect.CheckpointTable.Row;
import dev.cairn.cli.output.Sizes;
import dev.cairn.id.CheckpointId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Records, records a second, and the checkpoints: drawn in place on a terminal, line by line as
 * they come elsewhere.
 */
final class Dashboard {
  private static final int ROWS = 10;
  private static final Duration RATE_OVER = Duration.ofSeconds(2);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

  private final Pipeline pipeline;
  private final Screen screen;
  private final int total;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private final Set<CheckpointId> ended = new HashSet<>();
  private Duration lastLine = Duration.ZERO;
  private String lastProgress = "";
  private List<Row> rows = List.of();
  private int completed;

  private record Sample(Duration at, long records) {}

  Dashboard(Pipeline pipeline, Screen screen, int total) {
    this.pipeline = pipeline;
    this.screen = screen;
    this.total = total;
  }

  /** Looks at the table and shows what it has. */
  void refresh(int fed) {
    List<Checkpoint> checkpoints = pipeline.checkpoints().checkpoints(pipeline.settings().job());
    completed = (int) checkpoints.stream().filter(Dashboard::wasCompleted).count();
    rows =
        Row.of(
            pipeline.checkpoints(),
            pipeline.job(),
            checkpoints.subList(Math.max(0, checkpoints.size() - ROWS), checkpoints.size()));
    Instant now = pipeline.world().now();
    long records = pipeline.log().records();
    String progress = progress(fed, records);
    if (screen.isLive()) {
      List<String> block = new ArrayList<>();
      block.add("");
      block.add(progress);
      block.add("");
      block.add(CheckpointTable.HEADER);
      rows.forEach(row -> block.add(CheckpointTable.line(row, now)));
      screen.show(block);
    } else {
      printNews(now, progress);
    }
  }

  private void printNews(Instant now, String progress) {
    for (Row row : rows) {
      if (!(row.checkpoint() instanceof Checkpoint.Pending) && ended.add(row.checkpoint().id())) {
        if (ended.size() == 1) {
          screen.say("checkpoint " + CheckpointTable.HEADER);
        }
        screen.say("checkpoint " + CheckpointTable.line(row, now));
      }
    }
    boolean due = screen.elapsed().minus(lastLine).compareTo(BETWEEN_LINES) >= 0;
    if (due && !progress.equals(lastProgress)) {
      lastLine = screen.elapsed();
      lastProgress = progress;
      screen.say(progress);
    }
  }

  private String progress(int fed, long records) {
    samples.addLast(new Sample(screen.elapsed(), records));
    while (samples.size() > 2
        && screen.elapsed().minus(samples.getFirst().at()).compareTo(RATE_OVER) > 0) {
      samples.removeFirst();
    }
    return String.format(
        Locale.ROOT,
        "%s of %s records in the state (%d %%), %s fed, %s records/s",
        Sizes.count(records),
        Sizes.count(total),
        100L * records / total,
        Sizes.count(fed),
        Sizes.count(rate()));
  }

  private long rate() {
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    long millis = Math.max(1, last.at().minus(first.at()).toMillis());
    return Math.max(0, (last.records() - first.records()) * 1000 / millis);
  }

  /** How many checkpoints had been completed at the last look, whether they are retained or not. */
  int completed() {
    return completed;
  }

  private static boolean wasCompleted(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Completed c -> true;
      case Checkpoint.Subsumed s -> true;
      case Checkpoint.Pending p -> false;
      case Checkpoint.Aborted a -> false;
    };
  }
}
