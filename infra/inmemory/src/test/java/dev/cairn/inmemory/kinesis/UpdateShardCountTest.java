package dev.cairn.inmemory.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.id.ShardId;
import dev.cairn.inmemory.world.SteadyWorld;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.Shard;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** UpdateShardCount on the local stream. */
final class UpdateShardCountTest {
  private static final BigInteger ALL = BigInteger.ONE.shiftLeft(128);

  private final SteadyWorld world = new SteadyWorld(Instant.parse("2026-11-30T12:00:00Z"));

  private LocalStream stream(int shards) {
    return new LocalStream(world, shards, Duration.ofHours(24));
  }

  private static List<ShardId> open(LocalStream stream) {
    return stream.openShards().stream().map(Shard::id).toList();
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "2, 4", "3, 6", "4, 2", "5, 3", "2, 3", "3, 2", "7, 10", "10, 7", "6, 12"})
  void theOpenShardsAreAdjacentAndOfEqualWidth(int before, int target) {
    LocalStream stream = stream(before);

    stream.updateShardCount(target);

    List<Shard> open = stream.openShards();
    assertThat(open).hasSize(target);
    assertThat(open.getFirst().range().from()).isEqualTo(HashRange.ALL.from());
    assertThat(open.getLast().range().to()).isEqualTo(HashRange.ALL.to());
    for (int i = 1; i < target; i++) {
      assertThat(open.get(i - 1).range().isRightBefore(open.get(i).range())).isTrue();
    }
    BigInteger width = ALL.divide(BigInteger.valueOf(target));
    assertThat(open)
        .allSatisfy(
            shard ->
                assertThat(width(shard.range()).subtract(width).abs().bitLength()).isLessThan(65));
  }

  private static BigInteger width(HashRange range) {
    return number(range.to()).subtract(number(range.from()));
  }

  private static BigInteger number(KeyHash hash) {
    return new BigInteger(hash.toDecimal());
  }

  @Test
  void aDoublingSplitsEachShardOnceAndAHalvingMergesEachPair() {
    LocalStream stream = stream(3);
    List<ShardId> roots = open(stream);

    stream.updateShardCount(6);
    assertThat(stream.openShards()).allSatisfy(s -> assertThat(s.parents()).hasSize(1));
    assertThat(stream.listed()).hasSize(9);
    List<ShardId> children = open(stream);

    stream.updateShardCount(3);
    assertThat(stream.openShards()).allSatisfy(s -> assertThat(s.parents()).hasSize(2));
    assertThat(stream.listed()).hasSize(12);
    Set<ShardId> ever = new HashSet<>(roots);
    ever.addAll(children);
    ever.addAll(open(stream));
    assertThat(ever).hasSize(12);
  }

  @Test
  void anotherNumberGoesThroughShardsThatAreClosedAtOnce() {
    LocalStream stream = stream(2);

    stream.updateShardCount(3);

    assertThat(stream.openShards()).hasSize(3);
    assertThat(stream.listed()).hasSize(7);
  }

  @Test
  void moreThanTheDoubleOrLessThanTheHalfIsRefused() {
    LocalStream stream = stream(5);

    assertThatThrownBy(() -> stream.updateShardCount(11))
        .isInstanceOf(ShardLimitException.class)
        .hasMessageContaining("double");
    assertThatThrownBy(() -> stream.updateShardCount(2))
        .isInstanceOf(ShardLimitException.class)
        .hasMessageContaining("half");
    assertThatThrownBy(() -> stream.updateShardCount(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(open(stream)).hasSize(5);
    stream.updateShardCount(10);
    stream.updateShardCount(5);
    assertThat(open(stream)).hasSize(5);
  }

  @Test
  void theEleventhRequestOfADayIsRefused() {
    LocalStream stream = stream(1);
    for (int i = 0; i < 10; i++) {
      stream.updateShardCount(2 - i % 2);
      world.sleep(Duration.ofHours(2));
    }

    assertThatThrownBy(() -> stream.updateShardCount(2))
        .isInstanceOf(ShardLimitException.class)
        .hasMessageContaining("24-hour");
    world.sleep(Duration.ofHours(4));
    stream.updateShardCount(2);
    assertThat(open(stream)).hasSize(2);
  }
}
