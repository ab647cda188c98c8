package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream.Placed;
import dev.cairn.inmemory.world.World;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StartPosition;
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

/**
 * The promises of Kinesis to the readers of a stream, as far as {@link StreamReader} passes them
 * on.
 *
 * <p>Some of what Kinesis says is not in the port, because nothing in Cairn needs it: {@code
 * ChildShards} at the end of a shard (a coordinator lists the shards, and each child names its
 * parents; a child's function is invoked with or without its parents' end having been read), the
 * sequence numbers with which a shard begins and ends, iterators {@code LATEST} and {@code
 * AFTER_SEQUENCE_NUMBER} (a reader begins at its last record and checks that it is there), and the
 * filters {@code AFTER_SHARD_ID}, {@code AT_LATEST}, {@code FROM_TIMESTAMP} and {@code
 * FROM_TRIM_HORIZON}. The pages of a list of shards are read by the port's implementation.
 */
abstract class StreamContract {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A stream under test. */
  interface Scene {
    World world();

    StreamReader reader();

    Placed put(String partitionKey, byte[] data, Optional<KeyHash> explicitHash);

    /** Closes the shard and gives its range to two new ones. */
    void split(ShardId shard);

    /** Closes two adjacent shards and gives their ranges to a new one. */
    void merge(ShardId shard, ShardId adjacent);

    /** Returns the smallest difference between two times that the stream tells apart. */
    default Duration timeResolution() {
      return Duration.ofMillis(1);
    }
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
  void aSplitDividesTheRangeOfAShardThatStaysListed() {
    run(
        2,
        scene -> {
          List<Shard> before = byRange(scene.reader().shards());
          Shard parent = before.getLast();
          scene.split(parent.id());

          assertThat(scene.reader().shards()).hasSize(4).containsAll(before);
          List<Shard> children = childrenOf(scene, parent.id());
          assertThat(children)
              .hasSize(2)
              .allSatisfy(child -> assertThat(child.parents()).containsExactly(parent.id()));
          assertThat(children.getFirst().range().from()).isEqualTo(parent.range().from());
          assertThat(number(children.getLast().range().from()))
              .isEqualTo(number(children.getFirst().range().to()).add(BigInteger.ONE));
          assertThat(children.getLast().range().to()).isEqualTo(parent.range().to());
        });
  }

  @Test
  void recordsBeforeASplitAreInTheParentAndLaterOnesInAChild() {
    run(
        1,
        scene -> {
          Placed before = put(scene, "N1", 0);
          scene.split(before.shard());
          Placed after = put(scene, "N1", 1);

          assertThat(childrenOf(scene, before.shard()))
              .extracting(Shard::id)
              .contains(after.shard());
          assertThat(shard(scene, after.shard()).range().contains(KeyHash.of("N1"))).isTrue();
          assertThat(after.sequenceNumber()).isGreaterThan(before.sequenceNumber());
          assertThat(numbers(readToEnd(scene, before.shard(), new From.Horizon(), 10)))
              .containsExactly(before.sequenceNumber());
          assertThat(numbers(readAll(scene, after.shard(), new From.Horizon(), 1, 10)))
              .containsExactly(after.sequenceNumber());
        });
  }

  @Test
  void theChildOfAMergeNamesBothParentsAndBothEnd() {
    run(
        2,
        scene -> {
          List<Shard> parents = byRange(scene.reader().shards());
          List<Placed> before =
              parents.stream()
                  .map(parent -> scene.put("N1", data(0), Optional.of(parent.range().to())))
                  .toList();
          scene.merge(parents.getFirst().id(), parents.getLast().id());

          assertThat(scene.reader().shards()).hasSize(3).containsAll(parents);
          Shard child = childrenOf(scene, parents.getFirst().id()).getFirst();
          assertThat(child.parents())
              .containsExactlyInAnyOrderElementsOf(parents.stream().map(Shard::id).toList());
          assertThat(child.range()).isEqualTo(HashRange.ALL);
          for (Placed placed : before) {
            assertThat(numbers(readToEnd(scene, placed.shard(), new From.Horizon(), 10)))
                .containsExactly(placed.sequenceNumber());
          }
          assertThat(put(scene, "N1", 1).shard()).isEqualTo(child.id());
        });
  }

  @Test
  void eachGenerationNamesItsParentsOnlyAndTheOpenShardsHaveEveryHash() {
    run(
        1,
        scene -> {
          List<Placed> placed = new ArrayList<>(List.of(put(scene, "N1", 0)));
          ShardId root = placed.getFirst().shard();
          scene.split(root);
          placed.add(put(scene, "N1", 1));
          ShardId lower = childrenOf(scene, root).getFirst().id();
          ShardId upper = childrenOf(scene, root).getLast().id();
          scene.split(upper);
          placed.add(put(scene, "N1", 2));
          ShardId middle = childrenOf(scene, upper).getFirst().id();
          ShardId last = childrenOf(scene, upper).getLast().id();
          scene.merge(lower, middle);
          placed.add(put(scene, "N1", 3));
          Shard merged = childrenOf(scene, lower).getFirst();

          assertThat(scene.reader().shards()).hasSize(6);
          assertThat(shard(scene, middle).parents()).containsExactly(upper);
          assertThat(merged.parents()).containsExactlyInAnyOrder(lower, middle);
          assertThat(merged.range())
              .isEqualTo(new HashRange(HashRange.ALL.from(), shard(scene, middle).range().to()));
          assertThat(number(shard(scene, last).range().from()))
              .isEqualTo(number(merged.range().to()).add(BigInteger.ONE));
          for (ShardId closed : List.of(root, lower, upper, middle)) {
            assertThat(numbers(readToEnd(scene, closed, new From.Horizon(), 10)))
                .isEqualTo(numbersOf(placed, closed));
          }
          assertThat(placed).extracting(Placed::sequenceNumber).isSorted();
          assertThat(placed.getLast().shard())
              .isEqualTo(merged.range().contains(KeyHash.of("N1")) ? merged.id() : last);
        });
  }

  @Test
  void aClosedShardEndsWhereverItsReadingBegins() {
    run(
        1,
        scene -> {
          List<Placed> placed = putMany(scene, 3);
          ShardId shard = placed.getFirst().shard();
          Instant afterTheLast = pass(scene);
          scene.split(shard);
          List<SequenceNumber> all = numbersOf(placed, shard);

          assertThat(numbers(readToEnd(scene, shard, new From.Horizon(), 10))).isEqualTo(all);
          assertThat(numbers(readToEnd(scene, shard, new From.At(all.get(1)), 10)))
              .isEqualTo(all.subList(1, 3));
          assertThat(numbers(readToEnd(scene, shard, new From.At(all.getLast()), 10)))
              .containsExactly(all.getLast());
          assertThat(readToEnd(scene, shard, new From.Time(afterTheLast), 10)).isEmpty();
        });
  }

  @Test
  void pagesOfOneRecordLeadToTheEndOfAClosedShard() {
    run(
        1,
        scene -> {
          List<Placed> placed = putMany(scene, 3);
          ShardId shard = placed.getFirst().shard();
          scene.split(shard);
          assertThat(numbers(readToEnd(scene, shard, new From.Horizon(), 1)))
              .isEqualTo(numbersOf(placed, shard));
        });
  }

  @Test
  void aPageOfAnOpenShardLeadsToItsEndOnceItIsClosed() {
    run(
        1,
        scene -> {
          ShardId shard = putMany(scene, 3).getFirst().shard();
          ShardScan scan =
              new ShardScan(scene.reader(), scene.world()::now, shard, new From.Horizon(), 10);
          assertThat(scanToTip(scene, scan)).hasSize(3);
          assertThat(scan.isAtEnd()).as("the tip of an open shard is its end").isFalse();

          Placed last = put(scene, "N1", 1);
          scene.split(shard);
          put(scene, "N1", 2);
          assertThat(numbers(scanToTip(scene, scan))).containsExactly(last.sequenceNumber());
          assertThat(scan.isAtEnd()).as("the tip of a closed shard is its end").isTrue();
        });
  }

  @Test
  void aClosedShardWithoutARecordHasAnEnd() {
    run(
        1,
        scene -> {
          ShardId shard = scene.reader().shards().getFirst().id();
          scene.split(shard);
          for (From from : List.of(new From.Horizon(), new From.Time(scene.world().now()))) {
            ShardScan scan = new ShardScan(scene.reader(), scene.world()::now, shard, from, 10);
            assertThat(scanToTip(scene, scan)).isEmpty();
            assertThat(scan.isAtEnd()).isTrue();
          }
        });
  }

  @Test
  void theShardsThatWereOpenAtATimeAreFound() {
    run(
        1,
        scene -> {
          Shard root = scene.reader().shards().getFirst();
          Instant before = pass(scene);
          pass(scene);
          scene.split(root.id());
          Instant after = pass(scene);
          pass(scene);
          scene.merge(
              childrenOf(scene, root.id()).getFirst().id(),
              childrenOf(scene, root.id()).getLast().id());

          assertThat(scene.reader().shardsOpenAt(new StartPosition.AtTimestamp(before)))
              .containsExactly(root);
          assertThat(scene.reader().shardsOpenAt(new StartPosition.AtTimestamp(after)))
              .containsExactlyInAnyOrderElementsOf(childrenOf(scene, root.id()));
        });
  }

  @Test
  void theShardsOpenAtTheHorizonAreThoseWithoutParents() {
    run(
        2,
        scene -> {
          List<Shard> roots = scene.reader().shards();
          scene.split(roots.getFirst().id());
          assertThat(scene.reader().shardsOpenAt(new StartPosition.TrimHorizon()))
              .containsExactlyInAnyOrderElementsOf(roots);
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

  /** Reads every record from there on, up to the tip. */
  private static List<StreamRecord> scan(Scene scene, ShardId shard, From from) {
    return scanToTip(scene, new ShardScan(scene.reader(), scene.world()::now, shard, from, 2));
  }

  private static List<StreamRecord> scanToTip(Scene scene, ShardScan scan) {
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
    throw new AssertionError("the tip was not reached in " + PATIENCE);
  }

  /**
   * Lets time pass. Returns a time that the stream tells apart from everything that happened before
   * the call, and from everything that happens after another one.
   */
  private static Instant pass(Scene scene) {
    long step = scene.timeResolution().toMillis();
    Instant next = Instant.ofEpochMilli((scene.world().now().toEpochMilli() / step + 1) * step);
    while (scene.world().now().isBefore(next)) {
      scene.world().sleep(Duration.ofMillis(Math.max(1, step / 20)));
    }
    return next;
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

  private static List<StreamRecord> readToEnd(Scene scene, ShardId shard, From from, int limit) {
    List<StreamRecord> records = new ArrayList<>();
    Instant givenUp = scene.world().now().plus(PATIENCE);
    Optional<? extends From> next = Optional.of(from);
    while (next.isPresent()) {
      assertThat(scene.world().now()).as("the closed shard ends").isBefore(givenUp);
      Page page = scene.reader().read(shard, next.get(), limit);
      assertThat(page.records()).hasSizeLessThanOrEqualTo(limit);
      records.addAll(page.records());
      next = page.next();
    }
    return records;
  }

  /** The children of a shard, lower hashes first. */
  private static List<Shard> childrenOf(Scene scene, ShardId parent) {
    return byRange(
        scene.reader().shards().stream()
            .filter(shard -> shard.parents().contains(parent))
            .toList());
  }

  private static List<Shard> byRange(List<Shard> shards) {
    return shards.stream().sorted(Comparator.comparing(shard -> shard.range().from())).toList();
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
