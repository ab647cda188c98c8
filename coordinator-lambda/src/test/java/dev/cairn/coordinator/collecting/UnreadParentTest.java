package dev.cairn.coordinator.collecting;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.WakeMessage;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.Shard;
import dev.cairn.task.Task;
import dev.cairn.task.ports.BatchResult;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * When parents are retired that the stream had forgotten before the job read them. Their journals
 * do not say which keys they had, so other children than the opened ones may need them.
 */
class UnreadParentTest {
  private final Pipeline pipeline = new Pipeline(2);
  private final Task<String> container = pipeline.container();

  private BatchResult apply(int shard, String word) {
    pipeline.put(keyOf(shard), word);
    return Pipeline.run(container, shard, pipeline.all(shard));
  }

  /** A key of a shard, which the stream may have forgotten. */
  private String keyOf(int shard) {
    Shard there =
        pipeline.stream().everListed().stream()
            .filter(one -> one.id().equals(shard(shard)))
            .findFirst()
            .orElseThrow();
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "key-" + i)
        .filter(key -> there.range().contains(KeyHash.of(key)))
        .findFirst()
        .orElseThrow();
  }

  /** Takes three checkpoints while no wake reaches any other shards than these. */
  private void checkpointsOf(int... shards) {
    for (String word : List.of("b", "c", "d")) {
      for (int shard : shards) {
        assertThat(apply(shard, word)).isEqualTo(new BatchResult.Done());
      }
      CheckpointId next = pipeline.job().next();
      pipeline.pass(Pipeline.INTERVAL);
      tickAlone();
      for (int shard : shards) {
        container.wake(
            new WakeMessage(shard(shard), WakeMessage.Purpose.PENDING_WORK), Pipeline.AMPLE);
      }
      tickAlone();
      assertThat(pipeline.checkpoints().checkpoint(JOB, next).orElseThrow())
          .isInstanceOf(Checkpoint.Completed.class);
    }
  }

  private void tickAlone() {
    Pipeline.tick(pipeline.coordinator());
    var lost = pipeline.drainWakes();
  }

  private void serveAlone(String command) {
    pipeline.checkpoints().request(JOB, Request.command(command));
    for (int i = 0; i < 3; i++) {
      tickAlone();
    }
  }

  private void forgetExpired() {
    pipeline.pass(Duration.ofHours(25));
    pipeline.stream().trimExpired();
  }

  private void requireUnread(int shard) {
    assertThat(pipeline.stream().isKnown(shard(shard))).isFalse();
    assertThat(pipeline.journal(shard).getFirst())
        .isInstanceOfSatisfying(
            Entry.Closed.class, closed -> assertThat(closed.isClosedUnread()).isTrue());
  }

  private Stream<ShardId> retired() {
    return pipeline.checkpoints().retired(JOB).stream().map(SubtaskId::shard);
  }

  @Test
  void aParentIsNotRetiredBeforeItsOtherChildHasOpened() {
    pipeline.stream().split(shard(0));
    forgetExpired();
    assertThat(apply(2, "a")).isEqualTo(new BatchResult.Done());
    requireUnread(0);
    checkpointsOf(2);
    serveAlone("cancel");
    serveAlone("resume");
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());

    assertThat(apply(3, "x")).as("the first batch").isEqualTo(new BatchResult.Done());

    assertThat(pipeline.state(3)).isEqualTo(Pipeline.fold(pipeline.all(3)));
    assertThat(apply(2, "e")).isEqualTo(new BatchResult.Done());
    var unused = pipeline.checkpoint(container);
    assertThat(retired()).containsExactly(shard(0));
  }

  /**
   * Two shards are merged, and the merged one is split again. Only one of the two had a record, so
   * the loss of the merged one's records has to be accepted for one child, and not for the other.
   */
  @Test
  void aLossCanBeAcceptedAfterManyCheckpointsOfTheOtherChild() {
    assertThat(apply(1, "q")).isEqualTo(new BatchResult.Done());
    pipeline.stream().merge(shard(0), shard(1));
    container.wake(new WakeMessage(shard(1), WakeMessage.Purpose.DRAIN), Pipeline.AMPLE);
    pipeline.stream().split(shard(2));
    forgetExpired();
    assertThat(apply(3, "a")).isEqualTo(new BatchResult.Done());
    requireUnread(2);
    checkpointsOf(3);
    assertThatThrownBy(() -> apply(4, "x"))
        .hasMessageContaining("go on without them with: cairn accept-gap " + shard(4));

    serveAlone("accept-gap " + shard(4));

    assertThat(apply(4, "y")).isEqualTo(new BatchResult.Done());
    assertThat(retired()).isEmpty();
  }

  /**
   * A checkpoint of one child, from before the other was opened, while the parent of both is
   * retired.
   */
  private CheckpointId checkpointOfTheFirstChild() {
    pipeline.stream().split(shard(0));
    forgetExpired();
    checkpointsOf(2);
    CheckpointId ofFirst = pipeline.job().latest().orElseThrow();
    serveAlone("pin " + ofFirst);
    assertThat(apply(3, "x")).isEqualTo(new BatchResult.Done());
    var unused = pipeline.checkpoint(container);
    assertThat(retired()).containsExactly(shard(0));
    return ofFirst;
  }

  private void requireReopened() {
    assertThat(Pipeline.run(container, 3, pipeline.all(3))).isEqualTo(new BatchResult.Done());
    assertThat(pipeline.state(3)).isEqualTo(Pipeline.fold(pipeline.all(3)));
    tickAlone();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
  }

  @Test
  void aChildOpensAgainFromARetiredParent() {
    CheckpointId ofFirst = checkpointOfTheFirstChild();

    pipeline.serve("restore " + ofFirst);

    requireReopened();
    assertThat(pipeline.state(2)).isEqualTo(Pipeline.fold(pipeline.all(2)));
    requireUnreadAgain();
  }

  /** It is no ancestor without state, although the checkpoint has one of its children. */
  private void requireUnreadAgain() {
    assertThat(pipeline.journal().fromLastBase(Pipeline.subtask(0)).getFirst())
        .isInstanceOfSatisfying(
            Entry.Restored.class, base -> assertThat(base.isClosedUnread()).isTrue());
  }

  @Test
  void aParentIsNotRetiredBeforeItsOtherChildHasOpenedAgain() {
    CheckpointId ofFirst = checkpointOfTheFirstChild();
    serveAlone("restore " + ofFirst);
    assertThat(retired()).isEmpty();

    checkpointsOf(2);

    assertThat(retired()).as("while the other child is to open again").isEmpty();
    serveAlone("cancel");
    serveAlone("resume");
    requireReopened();
    var unused = pipeline.checkpoint(container);
    assertThat(retired()).containsExactly(shard(0));
  }

  /** The first child is split and retired before the other one is opened. */
  @Test
  void aChildIsInTheCheckpointsAlthoughItsSiblingIsRetired() {
    pipeline.stream().split(shard(0));
    forgetExpired();
    assertThat(apply(2, "a")).isEqualTo(new BatchResult.Done());
    pipeline.stream().split(shard(2));
    assertThat(apply(4, "a")).isEqualTo(new BatchResult.Done());
    assertThat(apply(5, "a")).isEqualTo(new BatchResult.Done());
    checkpointsOf(4, 5);
    assertThat(retired()).containsExactly(shard(2));

    assertThat(apply(3, "x")).isEqualTo(new BatchResult.Done());

    assertThat(subtasks(pipeline.checkpoint(container)))
        .containsExactly(shard(3), shard(4), shard(5));
  }

  /** A restore registers the parent again, and leaves the first child retired. */
  @Test
  void aChildThatOpensAgainIsInTheCheckpointsAlthoughItsSiblingIsRetired() {
    pipeline.stream().split(shard(0));
    forgetExpired();
    assertThat(apply(2, "a")).isEqualTo(new BatchResult.Done());
    pipeline.stream().split(shard(2));
    checkpointsOf(4, 5);
    CheckpointId ofGrandchildren = pipeline.job().latest().orElseThrow();
    serveAlone("pin " + ofGrandchildren);
    for (String word : List.of("x", "y", "z")) {
      assertThat(apply(3, word)).isEqualTo(new BatchResult.Done());
      var unused = pipeline.checkpoint(container);
    }
    assertThat(retired()).containsExactly(shard(0), shard(2));

    serveAlone("restore " + ofGrandchildren);
    assertThat(retired()).containsExactly(shard(2));
    requireReopened();

    assertThat(subtasks(pipeline.checkpoint(container)))
        .containsExactly(shard(3), shard(4), shard(5));
  }

  private List<ShardId> subtasks(Checkpoint.Completed checkpoint) {
    return pipeline.checkpoints().acknowledgements(JOB, checkpoint.id()).stream()
        .map(acknowledgement -> acknowledgement.subtask().shard())
        .sorted()
        .toList();
  }
}
