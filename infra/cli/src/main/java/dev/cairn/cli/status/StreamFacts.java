package dev.cairn.cli.status;

import dev.cairn.id.ShardId;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The facts about the stream that a job reads. */
public sealed interface StreamFacts {

  /**
   * The stream was read.
   *
   * @param retention how long it keeps a record
   * @param lags by shard, from where the subtask on it is; from the stream's start for a shard
   *     without a journal
   */
  record Listed(String name, List<Shard> shards, Duration retention, Map<ShardId, Lag> lags)
      implements StreamFacts {
    public Listed {
      shards = List.copyOf(shards);
      lags = Map.copyOf(lags);
    }
  }

  /** The stream is known, but cannot be read. */
  record Unreadable(String name, String why) implements StreamFacts {}

  /** Nothing names it, or it is out of reach as the demo's is. */
  record OutOfReach(String why) implements StreamFacts {}

  default Lag lag(ShardId shard) {
    return switch (this) {
      case Listed listed ->
          listed.lags().getOrDefault(shard, new Lag.Unknown("the stream does not list the shard"));
      case Unreadable unreadable -> new Lag.Unknown("the stream cannot be read");
      case OutOfReach out -> new Lag.Unknown(out.why());
    };
  }
}
