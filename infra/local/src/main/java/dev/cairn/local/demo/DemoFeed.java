package dev.cairn.local.demo;

import dev.cairn.cli.input.InputRow;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts the input into the stream, record by record and in its order, at a steady rate. The last
 * part is fed very slowly until it is released, so that each remaining checkpoint has new data. So
 * is all but the first part until a checkpoint is completed, so that there is one to go back to,
 * also on a machine that is busy with other work.
 */
final class DemoFeed {
  // Often enough to look steady, seldom enough that a batch is more than a few records.
  private static final Duration PAUSE = Duration.ofMillis(200);

  private static final double FIRST_PART = 0.35;
  private static final double STEADY_PART = 0.95;

  private final World world;
  private final LocalStream stream;
  private final List<InputRow> rows;
  private final double recordsPerSecond;
  private final Map<ShardId, Position> ends = new ConcurrentHashMap<>();
  private volatile double fast = FIRST_PART;
  private volatile int fed;

  DemoFeed(World world, LocalStream stream, List<InputRow> rows, double recordsPerSecond) {
    this.world = world;
    this.stream = stream;
    this.rows = rows;
    this.recordsPerSecond = recordsPerSecond;
  }

  void start() {
    world.start("feed", this::run);
  }

  private void run() {
    Instant began = world.now();
    while (fed < rows.size()) {
      double due = Duration.between(began, world.now()).toMillis() / 1000.0 * recordsPerSecond;
      int limit = Math.max(fed + 1, (int) (rows.size() * fast));
      int until = (int) Math.min(limit, Math.ceil(due));
      for (int next = fed; next < until; next++) {
        InputRow row = rows.get(next);
        LocalStream.Placed placed = stream.put(row.key(), row.data(), row.hashKey());
        ends.put(placed.shard(), Position.after(placed.sequenceNumber()));
        fed = next + 1;
      }
      world.sleep(PAUSE);
    }
  }

  /**
   * Releases parts of the input that are fed slowly until then.
   *
   * @param hasCheckpoint whether a checkpoint is completed
   * @param needsNoMore whether the last checkpoint may have all that is left
   */
  void release(boolean hasCheckpoint, boolean needsNoMore) {
    fast = needsNoMore ? 1 : hasCheckpoint ? STEADY_PART : FIRST_PART;
  }

  int fed() {
    return fed;
  }

  /** The last record of every shard that has any. */
  Map<ShardId, Position> ends() {
    return Map.copyOf(ends);
  }

  boolean isDone() {
    return fed == rows.size();
  }
}
