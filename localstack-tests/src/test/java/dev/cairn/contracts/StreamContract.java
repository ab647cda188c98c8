package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream.Placed;
import dev.cairn.inmemory.world.World;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.Shard;
import dev.cairn.stream.ShardScan;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import dev.cairn.stream.StreamRecord;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Kinesis promises to the readers of a stream, through {@link StreamReader}. */
abstract class StreamContract {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A stream under test. */
  interface Scene {
    World world();

    StreamReader reader();

    Placed put(String partitionKey, byte[] data, Optional<KeyHash> explicitHash);

    /** Closes the shard and gives its range to two new ones. */
    void split(ShardId shard);
  }

  /** Runs a fact on a new stream of this many shards; within a task, where the world wants one. */
  abstract void run(int shards, Consumer<Scene> fact);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7})
  void shardsDivideTheHashSpaceWithoutGapOrOverlap(int count) {
    run(
        count,
        scene -> {
          List<HashRange> ranges =
              scene.reader().shards().stream()
                  .map(Shard::range)
                  .sorted(Comparator.comparing(HashRange::from))
                  .toList();
          assertThat(ranges).hasSize(count);
          assertThat(ranges.getFirst().from()).isEqualTo(HashRange.ALL.from());
          assertThat(ranges.getLast().to()).isEqualTo(HashRange.ALL.to());
          for (int i = 1; i < count; i++) {
            assertThat(number(ranges.get(i).from()))
                .isEqualTo(number(ranges.get(i - 1).to()).add(BigInteger.ONE));
          }
        });
  }

  @Test
  void aRecordGoesWhereItsKeysHashBelongs() {
    run(
        4,
        scene -> {
          Set<ShardId> used = new HashSet<>();
          for (int i = 0; i < 40; i++) {
            Placed placed = put(scene, "N" + i, i);
            assertThat(shard(scene, placed.shard()).range().contains(KeyHash.of("N" + i))).isTrue();
            used.add(placed.shard());
          }
          assertThat(used).hasSize(4);
        });
  }

  @Test
  void anExplicitHashRoutesInPlaceOfTheKey() {
    run(
        4,
        scene -> {
          for (Shard shard : scene.reader().shards()) {
            for (KeyHash hash : List.of(shard.range().from(), shard.range().to())) {
              assertThat(scene.put("N1", data(0), Optional.of(hash)).shard()).isEqualTo(shard.id());
            }
          }
        });
  }

  @Test
  void aRecordIsReadAsItWasPut() {
    run(
        1,
        scene -> {
          byte[] everyByte = new byte[256];
          for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) i;
          }
          Placed placed = scene.put("Zürich 🛩", everyByte, Optional.empty());
          StreamRecord record =
              readAll(scene, placed.shard(), new From.Horizon(), 1, 10).getFirst();
          assertThat(record.partitionKey()).isEqualTo("Zürich 🛩");
          assertThat(record.sequenceNumber()).isEqualTo(placed.sequenceNumber());
          assertThat(record.data()).isEqualTo(everyByte);
          assertThat(Duration.between(record.arrival(), scene.world().now()).abs())
              .isLessThan(Duration.ofMinutes(1));
        });
  }

  @Test
  void sequenceNumbersGrowWithinAShardAndAreUniqueInTheStream() {
    run(
        2,
        scene -> {
          List<Placed> placed = putMany(scene, 60);
          assertThat(placed.stream().map(Placed::sequenceNumber)).doesNotHaveDuplicates();
          for (Shard shard : scene.reader().shards()) {
            assertThat(numbersOf(placed, shard.id())).hasSizeGreaterThan(1).isSorted();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void pagesHoldEveryRecordInOrderAndNoMoreThanTheirLimit(int limit) {
    run(
        2,
        scene -> {
          List<Placed> placed = putMany(scene, 40);
          for (Shard shard : scene.reader().shards()) {
            List<SequenceNumber> expected = numbersOf(placed, shard.id());
            assertThat(
                    numbers(readAll(scene, shard.id(), new From.Horizon(), expected.size(), limit)))
                .isEqualTo(expected);
          }
        });
  }

  @Test
  void readingAtARecordStartsWithThatVeryRecord() {
    run(
        1,
        scene -> {
          List<Placed> placed = putMany(scene, 20);
          ShardId shard = placed.getFirst().shard();
          for (int i = 0; i < placed.size(); i++) {
            From at = new From.At(placed.get(i).sequenceNumber());
            assertThat(numbers(readAll(scene, shard, at, placed.size() - i, 50)))
                .isEqualTo(numbersOf(placed.subList(i, placed.size()), shard));
          }
        });
  }

  @Test
  void readingFromATimeStartsWithTheFirstRecordThatArrivedByThen() {
    run(
        1,
        scene -> {
          for (int i = 0; i < 6; i++) {
            put(scene, "N1", i);
            scene.world().sleep(Duration.ofMillis(3));
          }
          ShardId shard = scene.reader().shards().getFirst().id();
          List<StreamRecord> all = readAll(scene, shard, new From.Horizon(), 6, 50);
          for (StreamRecord record : all) {
            Instant from = record.arrival();
            List<SequenceNumber> expected =
                numbers(all.stream().filter(r -> !r.arrival().isBefore(from)).toList());
            assertThat(numbers(readAll(scene, shard, new From.Time(from), expected.size(), 50)))
                .isEqualTo(expected);
          }
        });
  }

  @Test
  void anOpenShardsPageLeadsToWhatIsPutLater() {
    run(
        1,
        scene -> {
          ShardId shard = put(scene, "N1", 0).shard();
          Page first = scene.reader().read(shard, new From.Horizon(), 10);
          while (first.records().isEmpty()) {
            first = scene.reader().read(shard, first.next().orElseThrow(), 10);
          }
          From.Next next = first.next().orElseThrow();
          Placed later = put(scene, "N1", 1);
          assertThat(numbers(readAll(scene, shard, next, 1, 10)))
              .containsExactly(later.sequenceNumber());
        });
  }

  @Test
  void aClosedShardEndsAndItsChildrenNameIt() {
    run(
        1,
        scene -> {
          Placed before = put(scene, "N1", 0);
          scene.split(before.shard());
          Placed after = put(scene, "N1", 1);

          List<Shard> children =
              scene.reader().shards().stream()
                  .filter(shard -> shard.parents().equals(List.of(before.shard())))
                  .toList();
          assertThat(children).hasSize(2).extracting(Shard::id).contains(after.shard());
          assertThat(shard(scene, after.shard()).range().contains(KeyHash.of("N1"))).isTrue();
          assertThat(numbers(readToEnd(scene, before.shard())))
              .containsExactly(before.sequenceNumber());
        });
  }

  @Test
  void aScanOfAnOpenShardEndsAtItsTipWithEveryRecord() {
    run(
        1,
        scene -> {
          List<Placed> placed = putMany(scene, 5);
          ShardId shard = placed.getFirst().shard();
          assertThat(numbers(scan(scene, shard, new From.Horizon())))
              .isEqualTo(numbersOf(placed, shard));
          Placed later = put(scene, "N1", 6);
          assertThat(numbers(scan(scene, shard, new From.At(placed.getLast().sequenceNumber()))))
              .containsExactly(placed.getLast().sequenceNumber(), later.sequenceNumber());
        });
  }

  @Test
  void aShardWithoutARecordIsKnownToHaveNone() {
    run(
        1,
        scene -> {
          ShardId shard = scene.reader().shards().getFirst().id();
          assertThat(scan(scene, shard, new From.Horizon())).isEmpty();
          assertThat(scan(scene, shard, new From.Time(scene.world().now()))).isEmpty();
        });
  }

  @Test
  void aPageThatTheLimitCutsIsNotAtTheTip() {
    run(
        1,
        scene -> {
          List<Placed> placed = putMany(scene, 3);
          Page page = scene.reader().read(placed.getFirst().shard(), new From.Horizon(), 1);
          while (page.records().isEmpty()) {
            page = scene.reader().read(placed.getFirst().shard(), page.next().orElseThrow(), 1);
          }
          // The tip may be less than a millisecond away, so only an empty page says that it is
          // there.
          assertThat(page.records()).hasSize(1);
          assertThat(page.next()).isPresent();
        });
  }

  @Test
  void aShardThatDoesNotExistIsNotInTheStream() {
    run(
        1,
        scene ->
            assertThatThrownBy(
                    () ->
                        scene
                            .reader()
                            .read(new ShardId("shardId-000000000099"), new From.Horizon(), 1))
                .isInstanceOf(NotInStreamException.class));
  }

  @Test
  void aNumberThatTheStreamNeverGaveOutIsNotInTheStream() {
    run(
        1,
        scene -> {
          ShardId shard = put(scene, "N1", 0).shard();
          assertThatThrownBy(
                  () -> scene.reader().read(shard, new From.At(new SequenceNumber("17")), 1))
              .isInstanceOf(NotInStreamException.class);
        });
  }

  /** Every record from there on, up to the tip. */
  private static List<StreamRecord> scan(Scene scene, ShardId shard, From from) {
    ShardScan scan = new ShardScan(scene.reader(), scene.world()::now, shard, from, 2);
    List<StreamRecord> records = new ArrayList<>();
    Instant givenUp = scene.world().now().plus(PATIENCE);
    while (scene.world().now().isBefore(givenUp)) {
      switch (scan.step()) {
        case ShardScan.Step.Records found -> records.addAll(found.records());
        case ShardScan.Step.Quiet q -> {}
        case ShardScan.Step.Tip t -> {
          return records;
        }
      }
    }
    throw new AssertionError("the tip of " + shard + " was not reached in " + PATIENCE);
  }

  @Test
  void refusesKeysAndSizesThatKinesisRefuses() {
    run(
        1,
        scene -> {
          assertThatThrownBy(() -> put(scene, "", 0)).isInstanceOf(RuntimeException.class);
          assertThatThrownBy(() -> put(scene, "k".repeat(257), 0))
              .isInstanceOf(RuntimeException.class);
          assertThatThrownBy(() -> scene.put("k", new byte[(1 << 20) + 1], Optional.empty()))
              .isInstanceOf(RuntimeException.class);
          Placed taken = put(scene, "k".repeat(256), 1);
          assertThat(numbers(readAll(scene, taken.shard(), new From.Horizon(), 1, 10)))
              .containsExactly(taken.sequenceNumber());
        });
  }

  private static List<Placed> putMany(Scene scene, int count) {
    List<Placed> placed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      placed.add(put(scene, "N" + i, i));
    }
    return placed;
  }

  private static Placed put(Scene scene, String key, int i) {
    return scene.put(key, data(i), Optional.empty());
  }

  private static byte[] data(int i) {
    return Integer.toString(i).getBytes(StandardCharsets.UTF_8);
  }

  /** Follows pages, empty ones too, until {@code expected} records came. */
  private static List<StreamRecord> readAll(
      Scene scene, ShardId shard, From from, int expected, int limit) {
    List<StreamRecord> records = new ArrayList<>();
    Instant givenUp = scene.world().now().plus(PATIENCE);
    Optional<? extends From> next = Optional.of(from);
    while (records.size() < expected && next.isPresent() && scene.world().now().isBefore(givenUp)) {
      Page page = scene.reader().read(shard, next.get(), limit);
      assertThat(page.records()).hasSizeLessThanOrEqualTo(limit);
      records.addAll(page.records());
      next = page.next();
    }
    return records;
  }

  private static List<StreamRecord> readToEnd(Scene scene, ShardId shard) {
    List<StreamRecord> records = new ArrayList<>();
    Instant givenUp = scene.world().now().plus(PATIENCE);
    Optional<? extends From> next = Optional.of(new From.Horizon());
    while (next.isPresent()) {
      assertThat(scene.world().now()).as("the closed shard ends").isBefore(givenUp);
      Page page = scene.reader().read(shard, next.get(), 10);
      records.addAll(page.records());
      next = page.next();
    }
    return records;
  }

  private static Shard shard(Scene scene, ShardId id) {
    return scene.reader().shards().stream()
        .filter(shard -> shard.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static List<SequenceNumber> numbersOf(List<Placed> placed, ShardId shard) {
    return placed.stream()
        .filter(p -> p.shard().equals(shard))
        .map(Placed::sequenceNumber)
        .toList();
  }

  private static List<SequenceNumber> numbers(List<StreamRecord> records) {
    return records.stream().map(StreamRecord::sequenceNumber).toList();
  }

  private static BigInteger number(KeyHash hash) {
    return new BigInteger(hash.toDecimal());
  }
}
