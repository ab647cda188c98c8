package dev.cairn.contracts;

import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.world.Interference;
import dev.cairn.inmemory.world.WallClockWorld;
import java.time.Duration;
import java.util.function.Consumer;

final class LocalStreamTest extends StreamContract {

  @Override
  void run(int shards, Consumer<Scene> fact) {
    try (WallClockWorld world = new WallClockWorld(1, Interference.NONE)) {
      fact.accept(new LocalStreamScene(world, new LocalStream(world, shards, Duration.ofDays(1))));
    }
  }
}
