package dev.cairn.simulation;

import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.lambda.KinesisEvent;
import dev.cairn.inmemory.lambda.LocalContainers;
import dev.cairn.inmemory.world.World;
import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A second event source mapping of the task's function: on another stream, whose shards have the
 * same names, or on the job's own stream from its beginning.
 */
final class OtherMapping {
  private static final String FOREIGN = "elsewhere";

  private final World world;
  private final Faults faults;
  private final LocalStream stream;
  private final LocalContainers tasks;
  private final int batchSize;

  OtherMapping(
      World world, Faults faults, LocalStream stream, LocalContainers tasks, int batchSize) {
    this.world = world;
    this.faults = faults;
    this.stream = stream;
    this.tasks = tasks;
    this.batchSize = batchSize;
  }

  void deliver() {
    while (true) {
      world.sleep(Duration.ofMillis(2000 + faults.below(8000)));
      List<Shard> shards = stream.listed();
      Shard shard = shards.get(faults.below(shards.size()));
      List<StreamRecord> old = stream.after(shard.id(), Position.beginning(), batchSize);
      if (old.isEmpty() || !faults.chance(0.9)) {
        continue;
      }
      if (faults.below(2) == 0) {
        faults.count(SimulatedFault.A_SECOND_MAPPING_BEGAN_THE_STREAM_AGAIN);
        invoke(Simulation.STREAM, shard.id(), old);
      } else {
        faults.count(SimulatedFault.A_BATCH_OF_ANOTHER_STREAM);
        String source = faults.below(2) == 0 ? FOREIGN : FOREIGN + "/consumer/efo:1545084650";
        invoke(source, shard.id(), List.of(foreign(shard)));
      }
    }
  }

  private void invoke(String source, ShardId shard, List<StreamRecord> batch) {
    world.start("other mapping/event", () -> tasks.invoke(KinesisEvent.of(source, shard, batch)));
  }

  /** Right after the shard's newest record, under a key that the shard owns. */
  private StreamRecord foreign(Shard shard) {
    SequenceNumber newest =
        stream
            .after(shard.id(), Position.beginning(), Integer.MAX_VALUE)
            .getLast()
            .sequenceNumber();
    String key =
        IntStream.range(0, Integer.MAX_VALUE)
            .mapToObj(i -> "foreign-" + i)
            .filter(candidate -> shard.range().contains(KeyHash.of(candidate)))
            .findFirst()
            .orElseThrow();
    BigInteger next = new BigInteger(newest.digits()).add(BigInteger.ONE);
    return new StreamRecord(
        key,
        new SequenceNumber(next.toString()),
        "put:0:foreign".getBytes(StandardCharsets.UTF_8),
        world.now());
  }
}
