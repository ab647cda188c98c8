package dev.cairn.contracts;

import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.kinesis.LocalStream.Placed;
import dev.cairn.inmemory.lambda.ContainerSettings;
import dev.cairn.inmemory.lambda.Delivery;
import dev.cairn.inmemory.lambda.LocalContainers;
import dev.cairn.inmemory.lambda.LocalMapping;
import dev.cairn.inmemory.lambda.MappingSettings;
import dev.cairn.inmemory.world.World;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The local services, in any world. */
final class LocalMappingScene implements EventSourceMappingContract.Scene {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final World world;
  private final LocalStream stream;
  private final ScriptedFunction function;
  private final LocalMapping mapping;

  LocalMappingScene(World world, int shards, int batchSize) {
    this.world = world;
    this.stream = new LocalStream(world, shards, Duration.ofDays(1));
    this.function = new ScriptedFunction(world, TIMEOUT.multipliedBy(2));
    LocalContainers containers =
        new LocalContainers(
            world, () -> function, new ContainerSettings("scripted", TIMEOUT, 4, 0.2));
    MappingSettings settings =
        new MappingSettings("contract", batchSize, Duration.ofMillis(5), Duration.ofMillis(100));
    this.mapping = new LocalMapping(world, stream, containers, settings, Delivery.ORDERLY);
  }

  @Override
  public World world() {
    return world;
  }

  @Override
  public List<Shard> shards() {
    return stream.listed();
  }

  @Override
  public Placed put(Shard shard, Instruction instruction) {
    return stream.put("key", instruction.toData(), Optional.of(shard.range().from()));
  }

  @Override
  public void split(ShardId shard) {
    stream.split(shard);
  }

  @Override
  public void startMapping() {
    mapping.start();
  }

  @Override
  public List<Delivered> deliveries() {
    return function.deliveries();
  }
}
