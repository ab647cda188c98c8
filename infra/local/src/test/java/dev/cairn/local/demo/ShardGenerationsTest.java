package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.input.InputRow;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.world.SteadyWorld;
import dev.cairn.stream.Shard;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which shards came from which, and the plain fold that reads them in that order. */
class ShardGenerationsTest {
  private final SteadyWorld world = new SteadyWorld(Instant.parse("2026-11-21T10:00:00Z"));
  private final LocalStream stream = new LocalStream(world, 2, Duration.ofHours(24));

  private static ShardId shard(int number) {
    return new ShardId("shardId-00000000000" + number);
  }

  private ShardGenerations generations() {
    return new ShardGenerations(stream.listed());
  }

  private void splitAndMerge() {
    assertThat(stream.split(shard(0))).containsExactly(shard(2), shard(3));
    assertThat(stream.merge(shard(3), shard(1))).isEqualTo(shard(4));
  }

  @Test
  void descendantsAreFoundOverGenerations() {
    splitAndMerge();

    assertThat(generations().open()).extracting(Shard::id).containsExactly(shard(2), shard(4));
    assertThat(generations().hasDescendant(shard(0), Set.of(shard(4)))).isTrue();
    assertThat(generations().hasDescendant(shard(1), Set.of(shard(2)))).isFalse();
    assertThat(generations().hasDescendant(shard(4), Set.of(shard(0)))).isFalse();
  }

  @Test
  void aChildOfTheSplitIsMergedWithAShardBesideIt() {
    List<ShardId> children = stream.split(shard(0));
    ShardGenerations.Pair pair = generations().besides(children);

    assertThat(List.of(pair.lower().id(), pair.upper().id())).containsExactly(shard(3), shard(1));
  }

  @Test
  void theChildrenOfTheOnlyShardAreMergedAgain() {
    LocalStream one = new LocalStream(world, 1, Duration.ofHours(24));
    List<ShardId> children = one.split(shard(0));
    ShardGenerations.Pair pair = new ShardGenerations(one.listed()).besides(children);

    assertThat(List.of(pair.lower().id(), pair.upper().id())).isEqualTo(children);
  }

  @Test
  void theFoldFindsEachRecordInTheShardThatHadItsKeyThen() {
    List<InputRow> rows = new ArrayList<>();
    put(rows, 40);
    splitAndMerge();
    put(rows, 40);
    UserFunction function = UserFunction.of(AircraftFunction.class);

    PlainFold fold = PlainFold.of(rows, function, stream);

    LocalStream whole = new LocalStream(world, 1, Duration.ofHours(24));
    rows.forEach(row -> whole.put(row.key(), row.data(), row.hashKey()));
    assertThat(fold.applied()).isEqualTo(80);
    assertThat(fold.cells().keySet())
        .isEqualTo(PlainFold.of(rows, function, whole).cells().keySet());
  }

  private void put(List<InputRow> rows, int flights) {
    for (int i = 0; i < flights; i++) {
      String tail = "N" + i % 20;
      String flight =
          "{\"scheduled\":\"2013-01-01T10:15Z\",\"departed\":\"2013-01-01T10:17Z\","
              + "\"carrier\":\"UA\",\"flight\":\""
              + rows.size()
              + "\",\"origin\":\"EWR\",\"destination\":\"X1\",\"departure_delay_min\":\"3\","
              + "\"tail\":\""
              + tail
              + "\"}";
      InputRow row = new InputRow(tail, flight.getBytes(StandardCharsets.UTF_8));
      rows.add(row);
      stream.put(row.key(), row.data(), row.hashKey());
      world.sleep(Duration.ofMillis(10));
    }
  }
}
