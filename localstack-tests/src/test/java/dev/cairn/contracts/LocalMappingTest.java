package dev.cairn.contracts;

import dev.cairn.inmemory.world.Interference;
import dev.cairn.inmemory.world.WallClockWorld;
import java.util.function.Consumer;

final class LocalMappingTest extends EventSourceMappingContract {

  @Override
  void run(int shards, int batchSize, Consumer<Scene> fact) {
    try (WallClockWorld world = new WallClockWorld(1, Interference.NONE)) {
      fact.accept(new LocalMappingScene(world, shards, batchSize));
    }
  }
}
