package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static dev.cairn.task.pipeline.TaskPipeline.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.ScriptedCoordinator;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.TaskException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A mapping with a ParallelizationFactor above 1, which the construct does not make: the records of
 * a shard come in several sequences, each with the records of some partition keys.
 */
class ParallelizationFactorTest {
  private final TaskPipeline pipeline = new TaskPipeline(1);
  private final ScriptedCoordinator coordinator = new ScriptedCoordinator(pipeline);

  private List<StreamRecord> put(int... keys) {
    for (int key : keys) {
      pipeline.put(pipeline.key(0, key), "w" + pipeline.stream().size(shard(0)));
    }
    return pipeline.last(0, keys.length);
  }

  private List<StreamRecord> of(List<StreamRecord> page, int key) {
    return page.stream()
        .filter(record -> record.partitionKey().equals(pipeline.key(0, key)))
        .toList();
  }

  @Test
  void aLateBatchThatReachesBeyondThePositionStopsTheShard() {
    List<StreamRecord> page = put(0, 1, 0, 1);
    assertThat(run(pipeline.container(), 0, of(page, 0))).isEqualTo(new Done());

    assertThatThrownBy(() -> run(pipeline.container(), 0, of(page, 1)))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("record " + page.get(2).sequenceNumber() + " in between")
        .hasMessageContaining("set the mapping's ParallelizationFactor to 1, and restore");

    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.RECORDS_LEFT_OUT);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(of(page, 0)));
    assertThat(run(pipeline.container(), 0, put(0))).isNotEqualTo(new Done());
  }

  @Test
  void aRestoreAppliesWhatWasLeftOut() {
    assertThat(run(pipeline.container(), 0, put(0, 1))).isEqualTo(new Done());
    CheckpointId before = coordinator.checkpoint(pipeline.container());
    List<StreamRecord> page = put(1, 0, 0, 1);
    assertThat(run(pipeline.container(), 0, of(page, 0))).isEqualTo(new Done());
    assertThatThrownBy(() -> run(pipeline.container(), 0, of(page, 1)))
        .isInstanceOf(TaskException.class);

    coordinator.restore(before);
    pipeline.container().wake(shard(0), TaskPipeline.AMPLE);
    assertThat(run(pipeline.container(), 0, page)).isEqualTo(new Done());

    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(6);
  }

  /** Nothing in such a batch tells it from one that was applied before and comes again. */
  @Test
  void aLateBatchBeforeThePositionCountsAsApplied() {
    List<StreamRecord> page = put(1, 0);
    assertThat(run(pipeline.container(), 0, of(page, 0))).isEqualTo(new Done());

    assertThat(run(pipeline.container(), 0, of(page, 1))).isEqualTo(new Done());

    assertThat(pipeline.state(0)).isNotEqualTo(TaskPipeline.fold(page));
  }

  /**
   * The mapping reads a page, divides it by its keys' hashes, and has the parts processed beside
   * each other in any order, each until it is done.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 10})
  void noShardGoesOnForLong(int factor) {
    for (int seed = 0; seed < 25; seed++) {
      assertThat(pagesUntilStopped(factor, new Random(seed)))
          .as("pages until the shard stops, factor %d, seed %d", factor, seed)
          .isLessThanOrEqualTo(12);
    }
  }

  private static int pagesUntilStopped(int factor, Random random) {
    TaskPipeline pipeline = new TaskPipeline(1);
    for (int page = 1; page <= 50; page++) {
      List<List<StreamRecord>> parts = new ArrayList<>();
      for (int part = 0; part < factor; part++) {
        parts.add(new ArrayList<>());
      }
      for (int record = 0; record < 40; record++) {
        pipeline.put("key-" + random.nextInt(100), "w");
      }
      for (StreamRecord record : pipeline.last(0, 40)) {
        int part = Math.floorMod(record.partitionKey().hashCode(), factor);
        parts.get(part).add(record);
      }
      parts.removeIf(List::isEmpty);
      Collections.shuffle(parts, random);
      for (List<StreamRecord> part : parts) {
        try {
          assertThat(run(pipeline.container(), 0, part)).isEqualTo(new Done());
        } catch (TaskException stopped) {
          return page;
        }
      }
    }
    throw new AssertionError("the shard did not stop within 50 pages");
  }

  @Test
  void aBatchThatIsPartlyAppliedContinuesBehindTheLastAppliedRecord() {
    List<StreamRecord> page = put(0, 1, 0, 1);
    assertThat(run(pipeline.container(), 0, page.subList(0, 3))).isEqualTo(new Done());

    assertThat(run(pipeline.container(), 0, page)).isEqualTo(new Done());

    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(page));
  }
}
