package dev.cairn.contracts;

import dev.cairn.id.ShardId;
import dev.cairn.local.kinesis.LocalStream;
import dev.cairn.local.kinesis.LocalStream.Placed;
import dev.cairn.local.world.Interference;
import dev.cairn.local.world.WallClockWorld;
import dev.cairn.local.world.World;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.StreamReader;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

final class LocalStreamTest extends StreamContract {

  @Override
  void run(int shards, Consumer<Scene> fact) {
    try (WallClockWorld world = new WallClockWorld(1, Interference.NONE)) {
      fact.accept(new LocalScene(world, new LocalStream(world, shards, Duration.ofDays(1))));
    }
  }

  private record LocalScene(World world, LocalStream stream) implements Scene {
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
  }
}
