package dev.cairn.simulation;

import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Splits and merges shards of the stream, a few times and over several generations. */
final class Resharder {
  private static final int MOST_OPEN = 7;

  private final SeededWorld world;
  private final Faults faults;
  private final LocalStream stream;
  private int left;

  Resharder(SeededWorld world, Faults faults, LocalStream stream, int times) {
    this.world = world;
    this.faults = faults;
    this.stream = stream;
    this.left = times;
  }

  boolean isDone() {
    return left == 0;
  }

  void run() {
    while (left > 0) {
      world.sleep(Duration.ofMillis(2000 + faults.below(faults.below(3) == 0 ? 3000 : 30_000)));
      reshard();
      left--;
    }
  }

  private void reshard() {
    List<Shard> open =
        new ArrayList<>(
            stream.listed().stream().filter(shard -> !stream.isClosed(shard.id())).toList());
    List<List<Shard>> pairs = adjacent(open);
    boolean merges = open.size() >= MOST_OPEN || (!pairs.isEmpty() && faults.below(2) == 0);
    if (merges) {
      List<Shard> pair = pairs.get(faults.below(pairs.size()));
      ShardId first = pair.getFirst().id();
      ShardId second = pair.getLast().id();
      world.pass("stream.merge " + first + " and " + second);
      faults.count(SimulatedFault.SHARDS_MERGED);
      stream.merge(first, second);
    } else {
      ShardId split = open.get(faults.below(open.size())).id();
      world.pass("stream.split " + split);
      faults.count(SimulatedFault.A_SHARD_SPLIT);
      stream.split(split);
    }
  }

  private static List<List<Shard>> adjacent(List<Shard> open) {
    List<List<Shard>> pairs = new ArrayList<>();
    for (Shard one : open) {
      for (Shard other : open) {
        if (one.range().isRightBefore(other.range())) {
          pairs.add(List.of(one, other));
        }
      }
    }
    return pairs;
  }
}
