package dev.cairn.contracts;

import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.simulation.SeededWorlds;
import java.time.Duration;
import java.util.function.Consumer;

final class SimulatedStreamTest extends StreamContract {

  @Override
  void run(int shards, Consumer<Scene> fact) {
    SeededWorlds.run(
        1,
        world ->
            fact.accept(
                new LocalStreamScene(world, new LocalStream(world, shards, Duration.ofDays(1)))));
  }
}
