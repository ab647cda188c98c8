package dev.cairn.contracts;

import dev.cairn.local.kinesis.LocalStream;
import dev.cairn.local.world.Interference;
import dev.cairn.local.world.WallClockWorld;
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
