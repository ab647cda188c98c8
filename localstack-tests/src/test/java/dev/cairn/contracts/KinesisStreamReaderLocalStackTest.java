package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream.Placed;
import dev.cairn.inmemory.world.Interference;
import dev.cairn.inmemory.world.WallClockWorld;
import dev.cairn.inmemory.world.World;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract through {@link KinesisStreamReader}, and what only a stream of its own can show. */
@EnabledIf("dev.cairn.contracts.LocalStackServices#isAvailable")
final class KinesisStreamReaderLocalStackTest extends StreamContract {

  private record LocalStackScene(World world, LocalStackStream stream) implements Scene {
    @Override
    public StreamReader reader() {
      return stream.reader();
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

    @Override
    public Duration timeResolution() {
      return Duration.ofSeconds(1);
    }
  }

  @Override
  void run(int shards, Consumer<Scene> fact) {
    runOnStream(shards, (world, stream) -> fact.accept(new LocalStackScene(world, stream)));
  }

  private interface Fact {
    void holds(World world, LocalStackStream stream);
  }

  private static void runOnStream(int shards, Fact fact) {
    try (WallClockWorld world = new WallClockWorld(1, Interference.NONE);
        LocalStackStream stream = new LocalStackStream(world, shards)) {
      fact.holds(world, stream);
    }
  }

  @Override
  @Test
  @Disabled("LocalStack reads whole seconds; see readingFromASecondStartsWithItsFirstRecord")
  void readingFromATimeStartsWithTheFirstRecordThatArrivedByThen() {}

  @Test
  void readingFromASecondStartsWithItsFirstRecord() {
    runOnStream(
        1,
        (world, stream) -> {
          Placed before = stream.put("key", new byte[] {1}, Optional.empty());
          Instant second = world.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
          world.await(Duration.ofSeconds(2), () -> !world.now().isBefore(second));
          Placed after = stream.put("key", new byte[] {2}, Optional.empty());
          stream.split(before.shard());
          assertThat(readToEnd(stream.reader(), before.shard(), new From.Time(second)))
              .containsExactly(after.sequenceNumber());
        });
  }

  @Test
  void theRetentionIsTheStreams() {
    runOnStream(
        1,
        (world, stream) -> {
          assertThat(stream.reader().retention()).isEqualTo(Duration.ofHours(24));
          stream.retain(Duration.ofHours(72));
          assertThat(stream.reader().retention()).isEqualTo(Duration.ofHours(72));
        });
  }

  @Override
  @Test
  @Disabled("LocalStack lists every shard; see theShardsOpenAtTheHorizonAreAll")
  void theShardsOpenAtTheHorizonAreThoseWithoutParents() {}

  @Test
  void theShardsOpenAtTheHorizonAreAll() {
    runOnStream(
        1,
        (world, stream) -> {
          stream.split(stream.shards().getFirst().id());
          assertThat(stream.reader().shardsOpenAt(new StartPosition.TrimHorizon()))
              .hasSize(3)
              .containsExactlyInAnyOrderElementsOf(stream.shards());
        });
  }

  @Test
  void aListOfShardsIsReadPageByPage() {
    runOnStream(
        3,
        (world, stream) -> {
          stream.split(stream.shards().getFirst().id());
          List<Shard> all = stream.shards();
          ShardsPerPage one = new ShardsPerPage(1);
          assertThat(stream.reader(one).shards()).hasSize(5).isEqualTo(all);
          assertThat(one.pages()).isEqualTo(5);
        });
  }

  private static List<SequenceNumber> readToEnd(StreamReader reader, ShardId shard, From from) {
    List<SequenceNumber> read = new ArrayList<>();
    Optional<? extends From> next = Optional.of(from);
    // Each page is a step forward, so a bound on their number is one on the time.
    for (int pages = 0; next.isPresent(); pages++) {
      assertThat(pages).as("the closed shard ends").isLessThan(100);
      Page page = reader.read(shard, next.get(), 10);
      page.records().stream().map(StreamRecord::sequenceNumber).forEach(read::add);
      next = page.next();
    }
    return read;
  }
}
