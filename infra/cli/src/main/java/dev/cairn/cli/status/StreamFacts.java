package dev.cairn.cli.status;

import dev.cairn.id.ShardId;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The facts about the stream that a job reads. */
public sealed interface StreamFacts {
  /**
   * The coordinator wakes a closed shard within a minute or two; a drain that takes longer writes.
   */
  Duration LONG_AGO = Duration.ofMinutes(5);

  /**
   * The stream was read.
   *
   * @param retention how long it keeps a record
   * @param lags by shard, from where the subtask on it is; from the stream's start for a shard
   *     without a journal
   * @param closedLongAgo the shards that Kinesis had closed {@link #LONG_AGO} before they were
   *     listed
   */
  record Listed(
      String name,
      List<Shard> shards,
      Duration retention,
      Map<ShardId, Lag> lags,
      Set<ShardId> closedLongAgo)
      implements StreamFacts {
    public Listed {
      shards = List.copyOf(shards);
      lags = Map.copyOf(lags);
      closedLongAgo = Set.copyOf(closedLongAgo);
    }
  }

  /** The stream is known, but cannot be read. */
  record Unreadable(String name, String why) implements StreamFacts {}

  /** Nothing names it, or it is out of reach as the demo's is. */
  record OutOfReach(String why) implements StreamFacts {}

  /** The shards that the stream lists; empty if it was not read. */
  default List<Shard> listedShards() {
    return this instanceof Listed listed ? listed.shards() : List.of();
  }

  default Lag lag(ShardId shard) {
    return switch (this) {
      case Listed listed ->
          listed.lags().getOrDefault(shard, new Lag.Unknown("the stream does not list the shard"));
      case Unreadable unreadable -> new Lag.Unknown("the stream cannot be read");
      case OutOfReach out -> new Lag.Unknown(out.why());
    };
  }
}
