package dev.cairn.measurements.latency;

import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** How long each record waits from its put until an entry that has it is in the journal. */
final class Waits {
  private final Map<ShardId, Deque<Put>> waiting = new HashMap<>();
  private final long[] nanos;
  private int ended;

  private record Put(Position position, long nanoTime, boolean counted) {}

  /** A record's place. */
  record Placed(ShardId shard, Position position) {}

  /**
   * @param most how many records will be counted
   */
  Waits(int most) {
    this.nanos = new long[most];
  }

  /** Puts a record; nobody can report it as journalled before it is known here. */
  synchronized void put(boolean counted, Supplier<Placed> put) {
    long began = System.nanoTime();
    Placed placed = put.get();
    waiting
        .computeIfAbsent(placed.shard(), shard -> new ArrayDeque<>())
        .add(new Put(placed.position(), began, counted));
  }

  /** Everything up to here is in the journal of the shard. */
  synchronized void journalled(ShardId shard, Position reached) {
    long now = System.nanoTime();
    Deque<Put> puts = waiting.getOrDefault(shard, new ArrayDeque<>());
    while (!puts.isEmpty() && puts.getFirst().position().compareTo(reached) <= 0) {
      Put put = puts.removeFirst();
      if (put.counted()) {
        nanos[ended++] = now - put.nanoTime();
      }
    }
  }

  synchronized boolean isOver() {
    return ended == nanos.length;
  }

  /** The milliseconds that so many of a hundred records waited at most. */
  synchronized double percentile(double percent) {
    long[] sorted = Arrays.copyOf(nanos, ended);
    Arrays.sort(sorted);
    return sorted[(int) Math.ceil(percent / 100 * ended) - 1] / 1e6;
  }
}
