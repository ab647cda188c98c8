package dev.cairn.contracts;

import dev.cairn.simulation.SeededWorlds;
import java.util.function.Consumer;

final class SimulatedMappingTest extends EventSourceMappingContract {
  private static final int SEEDS = 20;

  @Override
  void run(int shards, int batchSize, Consumer<Scene> fact) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SeededWorlds.run(seed, world -> fact.accept(new LocalMappingScene(world, shards, batchSize)));
    }
  }
}
