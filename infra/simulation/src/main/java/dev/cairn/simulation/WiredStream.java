package dev.cairn.simulation;

import dev.cairn.id.ShardId;
import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.ExpiredIteratorException;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import java.time.Duration;
import java.util.List;

/** A stream behind a simulated network. */
record WiredStream(Wire wire, Faults faults, StreamReader there) implements StreamReader {
  @Override
  public List<Shard> shards() {
    return wire.stream("shards", there::shards);
  }

  @Override
  public List<Shard> shardsOpenAt(StartPosition place) {
    return wire.stream("shards", () -> there.shardsOpenAt(place));
  }

  @Override
  public Duration retention() {
    return there.retention();
  }

  @Override
  public Page read(ShardId shard, From from, int limit) {
    if (from instanceof From.Next && faults.chance(0.001)) {
      faults.count(SimulatedFault.ITERATOR_EXPIRED);
      throw new ExpiredIteratorException("the iterator expired");
    }
    return wire.stream(
        from instanceof From.Next ? "next" : "read", () -> there.read(shard, from, limit));
  }
}
