package dev.cairn.contracts;

import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.kinesis.LocalStream.Placed;
import dev.cairn.inmemory.world.World;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.StreamReader;
import java.util.Optional;

/** The local stream, in any world. */
record LocalStreamScene(World world, LocalStream stream) implements StreamContract.Scene {
  @Override
  public StreamReader reader() {
    return stream;
  }

  @Override
  public Placed put(String partitionKey, byte[] data, Optional<KeyHash> explicitHash) {
    return stream.put(partitionKey, data, explicitHash);
  }

  @Override
  public void split(ShardId shard) {
    stream.split(shard);
  }

  @Override
  public void merge(ShardId shard, ShardId adjacent) {
    stream.merge(shard, adjacent);
  }
}
