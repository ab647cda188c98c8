package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.contracts.Instruction.Verb;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream.Placed;
import dev.cairn.inmemory.world.World;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * What Cairn relies on in an event source mapping of a Kinesis stream, configured as Cairn
 * configures it.
 */
abstract class EventSourceMappingContract {
  private static final int BATCH_SIZE = 10;

  /** A stream, a mapping and a function that does as the records say. */
  interface Scene {
    World world();

    List<Shard> shards();

    /** Puts a record into this very shard. */
    Placed put(Shard shard, Instruction instruction);

    void split(ShardId shard);

    /** Begins to deliver, from the oldest record on. */
    void startMapping();

    /** Every batch that the function was given and has finished with, or stalls at. */
    List<Delivered> deliveries();
  }

  /** How long to wait for what has to come. */
  Duration patience() {
    return Duration.ofSeconds(30);
  }

  /** Runs a fact on a new scene; within a task, where the world wants one. */
  abstract void run(int shards, int batchSize, Consumer<Scene> fact);

  @Test
  void deliversEachRecordOfAShardInOrder() {
    run(
        4,
        BATCH_SIZE,
        scene -> {
          List<Placed> placed = new ArrayList<>();
          for (Shard shard : scene.shards()) {
            placed.addAll(putMany(scene, shard, 25));
          }
          scene.startMapping();
          for (Shard shard : scene.shards()) {
            placed.addAll(putMany(scene, shard, 12));
          }
          awaitDone(scene, placed);
          for (Shard shard : scene.shards()) {
            assertThat(firstDone(scene, shard.id())).isEqualTo(numbersOf(placed, shard.id()));
          }
        });
  }

  @Test
  void aBatchIsOfOneShardAndNoLargerThanTheBatchSize() {
    run(
        2,
        BATCH_SIZE,
        scene -> {
          List<Placed> placed = new ArrayList<>();
          for (Shard shard : scene.shards()) {
            placed.addAll(putMany(scene, shard, 35));
          }
          scene.startMapping();
          awaitDone(scene, placed);
          assertThat(scene.deliveries())
              .allSatisfy(
                  batch -> {
                    assertThat(batch.records()).hasSizeBetween(1, BATCH_SIZE);
                    assertThat(numbersOf(placed, batch.shard())).containsAll(batch.records());
                  });
          assertThat(scene.deliveries())
              .anySatisfy(batch -> assertThat(batch.records()).hasSizeGreaterThan(1));
        });
  }

  @Test
  void afterABatchItemFailureDeliveryGoesOnWithThatRecord() {
    run(
        1,
        BATCH_SIZE,
        scene -> {
          Shard shard = scene.shards().getFirst();
          List<Placed> placed = putMany(scene, shard, 4);
          Placed refused = scene.put(shard, new Instruction(Verb.REFUSE, 2));
          placed.add(refused);
          placed.addAll(putMany(scene, shard, 15));
          scene.startMapping();
          awaitDone(scene, placed);

          List<Delivered> batches = inOrder(scene, shard.id());
          int first = firstThatIsNotWhole(batches);
          assertThat(batches.get(first).records()).contains(refused.sequenceNumber());
          assertThat(batches.get(first + 1).records()).startsWith(refused.sequenceNumber());
          assertThat(batches.get(first + 1).done()).isEmpty();
          assertThat(batches.get(first + 2).records()).startsWith(refused.sequenceNumber());
          assertThat(firstDone(scene, shard.id())).isEqualTo(numbersOf(placed, shard.id()));
        });
  }

  @Test
  void afterAnErrorTheSameRecordsAreDeliveredAgain() {
    failsOnceAndSkipsNothing(new Instruction(Verb.THROW, 2));
  }

  @Test
  void afterATimeOutTheSameRecordsAreDeliveredAgain() {
    failsOnceAndSkipsNothing(new Instruction(Verb.STALL, 1));
  }

  private void failsOnceAndSkipsNothing(Instruction instruction) {
    run(
        1,
        BATCH_SIZE,
        scene -> {
          Shard shard = scene.shards().getFirst();
          List<Placed> placed = putMany(scene, shard, 13);
          placed.add(scene.put(shard, instruction));
          placed.addAll(putMany(scene, shard, 13));
          scene.startMapping();
          awaitDone(scene, placed);

          List<Delivered> batches = inOrder(scene, shard.id());
          int failed = firstThatIsNotWhole(batches);
          assertThat(batches.get(failed + 1).records())
              .startsWith(batches.get(failed).records().getFirst());
          assertThat(firstDone(scene, shard.id())).isEqualTo(numbersOf(placed, shard.id()));
        });
  }

  @Test
  void aBatchThatFailsForEverHoldsItsOwnShardOnly() {
    run(
        3,
        BATCH_SIZE,
        scene -> {
          Shard held = scene.shards().getFirst();
          SequenceNumber never =
              scene.put(held, new Instruction(Verb.THROW, Integer.MAX_VALUE)).sequenceNumber();
          putMany(scene, held, 20);
          List<Placed> others = new ArrayList<>();
          for (Shard shard : scene.shards()) {
            if (!shard.equals(held)) {
              others.addAll(putMany(scene, shard, 30));
            }
          }
          scene.startMapping();
          awaitDone(scene, others);
          awaitUntil(
              scene,
              "the failing batch comes again and again",
              all -> inOrder(scene, held.id()).size() >= 4);
          assertThat(inOrder(scene, held.id()))
              .allSatisfy(
                  batch -> {
                    assertThat(batch.records()).startsWith(never);
                    assertThat(batch.done()).isEmpty();
                  });
        });
  }

  @Test
  void batchesOfAShardDoNotOverlapWhileNoneTimesOut() {
    run(
        2,
        3,
        scene -> {
          List<Placed> placed = new ArrayList<>();
          for (Shard shard : scene.shards()) {
            placed.addAll(putMany(scene, shard, 20));
            placed.add(scene.put(shard, new Instruction(Verb.THROW, 1)));
            placed.add(scene.put(shard, new Instruction(Verb.REFUSE, 1)));
            placed.addAll(putMany(scene, shard, 20));
          }
          scene.startMapping();
          awaitDone(scene, placed);
          for (Shard shard : scene.shards()) {
            List<Delivered> batches = inOrder(scene, shard.id());
            for (int i = 1; i < batches.size(); i++) {
              assertThat(batches.get(i).started()).isAfterOrEqualTo(batches.get(i - 1).ended());
            }
          }
        });
  }

  @Test
  void childrenAreDeliveredAfterTheirParentsEnd() {
    run(
        1,
        BATCH_SIZE,
        scene -> {
          Shard parent = scene.shards().getFirst();
          List<Placed> before = putMany(scene, parent, 24);
          before.add(scene.put(parent, new Instruction(Verb.THROW, 2)));
          scene.split(parent.id());
          List<Placed> after = new ArrayList<>();
          for (Shard child : scene.shards()) {
            if (child.parents().contains(parent.id())) {
              after.addAll(putMany(scene, child, 12));
            }
          }
          assertThat(after).hasSize(24);
          scene.startMapping();
          awaitDone(scene, before);
          awaitDone(scene, after);
          Delivered last = inOrder(scene, parent.id()).getLast();
          assertThat(scene.deliveries())
              .filteredOn(batch -> !batch.shard().equals(parent.id()))
              .isNotEmpty()
              .allSatisfy(batch -> assertThat(batch.started()).isAfterOrEqualTo(last.ended()));
        });
  }

  static List<Placed> putMany(Scene scene, Shard shard, int count) {
    List<Placed> placed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      placed.add(scene.put(shard, Instruction.DO));
    }
    return placed;
  }

  void awaitDone(Scene scene, List<Placed> placed) {
    List<SequenceNumber> expected = placed.stream().map(Placed::sequenceNumber).toList();
    awaitUntil(
        scene,
        "all of " + expected.size() + " records are done",
        all -> {
          HashSet<SequenceNumber> done = new HashSet<>();
          all.forEach(batch -> done.addAll(batch.done()));
          return done.containsAll(expected);
        });
  }

  void awaitUntil(Scene scene, String what, Predicate<List<Delivered>> seen) {
    boolean held = scene.world().await(patience(), () -> seen.test(scene.deliveries()));
    assertThat(held)
        .as("within %s, %s; delivered: %s", patience(), what, scene.deliveries())
        .isTrue();
  }

  static List<Delivered> inOrder(Scene scene, ShardId shard) {
    return scene.deliveries().stream()
        .filter(batch -> batch.shard().equals(shard))
        .sorted(Comparator.comparing(Delivered::started))
        .toList();
  }

  private static int firstThatIsNotWhole(List<Delivered> batches) {
    int index = 0;
    while (batches.get(index).isWhole()) {
      index++;
    }
    return index;
  }

  /** The records of a shard in the order in which each was done for the first time. */
  private static List<SequenceNumber> firstDone(Scene scene, ShardId shard) {
    LinkedHashSet<SequenceNumber> done = new LinkedHashSet<>();
    inOrder(scene, shard).forEach(batch -> done.addAll(batch.done()));
    return List.copyOf(done);
  }

  private static List<SequenceNumber> numbersOf(List<Placed> placed, ShardId shard) {
    return placed.stream()
        .filter(p -> p.shard().equals(shard))
        .map(Placed::sequenceNumber)
        .toList();
  }
}
