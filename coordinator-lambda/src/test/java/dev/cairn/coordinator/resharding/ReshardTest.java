package dev.cairn.coordinator.resharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.WakeMessage;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.StateKey;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.TaskException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReshardTest {
  private final Pipeline pipeline = new Pipeline(1);
  private final Task<String> container = pipeline.container();
  private final List<String> keys = new ArrayList<>();

  ReshardTest() {
    for (int i = 0; i < 8; i++) {
      keys.add(pipeline.key(0, i));
    }
  }

  private void putOneOfEach(String word) {
    keys.forEach(key -> pipeline.put(key, word));
  }

  private BatchResult run(int shard) {
    return Pipeline.run(container, shard, pipeline.all(shard));
  }

  /** Delivers every shard as often as it takes, children before their parents. */
  private void deliverAll() {
    for (int round = 0; round < 5; round++) {
      for (int shard = pipeline.stream().listed().size() - 1; shard >= 0; shard--) {
        if (!pipeline.all(shard).isEmpty()) {
          var unused = run(shard);
        }
      }
      Pipeline.tick(pipeline.coordinator());
      pipeline.deliverWakes(container);
    }
  }

  private SortedMap<StateKey, String> live() {
    SortedMap<StateKey, String> all = new TreeMap<>();
    for (int shard = 0; shard < pipeline.stream().listed().size(); shard++) {
      if (!pipeline.stream().isClosed(Pipeline.shard(shard))
          && !pipeline.journal(shard).isEmpty()) {
        all.putAll(pipeline.state(shard));
      }
    }
    return all;
  }

  private SortedMap<StateKey, String> expected() {
    List<StreamRecord> all = new ArrayList<>();
    for (int shard = 0; shard < pipeline.stream().listed().size(); shard++) {
      all.addAll(pipeline.all(shard));
    }
    return Pipeline.fold(all);
  }

  @Test
  void aChildThatIsInvokedFirstDrainsItsParent() {
    putOneOfEach("a");
    assertThat(run(0)).isEqualTo(new BatchResult.Done());
    putOneOfEach("b");
    pipeline.stream().split(Pipeline.shard(0));
    putOneOfEach("c");

    assertThat(run(2)).isEqualTo(new BatchResult.Done());

    assertThat(pipeline.journal(0).getLast()).isInstanceOf(Entry.Closed.class);
    assertThat(pipeline.head(0).position()).isEqualTo(Position.end());
    assertThat(run(1)).isEqualTo(new BatchResult.Done());
    assertThat(run(0)).isEqualTo(new BatchResult.Done());
    assertThat(live()).isEqualTo(expected());
  }

  @Test
  void aSplitOfASplitAndAMergeKeepEveryKeysState() {
    putOneOfEach("a");
    pipeline.stream().split(Pipeline.shard(0));
    putOneOfEach("b");
    pipeline.stream().split(Pipeline.shard(1));
    putOneOfEach("c");
    pipeline.stream().merge(Pipeline.shard(4), Pipeline.shard(2));
    putOneOfEach("d");
    deliverAll();

    assertThat(live()).isEqualTo(expected());
    assertThat(pipeline.journal(5).getFirst())
        .isInstanceOfSatisfying(
            Entry.Opened.class,
            opened ->
                assertThat(opened.origin().parents())
                    .containsExactly(Pipeline.shard(4), Pipeline.shard(2)));
  }

  @Test
  void idleShardsAreClosedAndOpenedByWakes() {
    putOneOfEach("a");
    var unused = run(0);
    pipeline.stream().split(Pipeline.shard(0));
    pipeline.goOn();

    assertThat(pipeline.journal(0).getLast()).isInstanceOf(Entry.Closed.class);
    assertThat(pipeline.journal(1)).isNotEmpty();
    assertThat(pipeline.journal(2)).isNotEmpty();
    assertThat(live()).isEqualTo(expected());
  }

  @Test
  void aCheckpointHoldsEveryKeyOnce() {
    putOneOfEach("a");
    var unused = run(0);
    pipeline.stream().split(Pipeline.shard(0));
    pipeline.goOn();
    Checkpoint.Completed checkpoint = pipeline.checkpoint(container);

    assertThat(checkpoint.trigger().expected().count()).isEqualTo(2);
  }

  @Test
  void aCheckpointFromBeforeASplitIsRestored() {
    putOneOfEach("a");
    var unused = run(0);
    Checkpoint.Completed before = pipeline.checkpoint(container);
    putOneOfEach("b");
    pipeline.stream().split(Pipeline.shard(0));
    putOneOfEach("c");
    deliverAll();
    Checkpoint.Completed after = pipeline.checkpoint(container);
    putOneOfEach("d");
    deliverAll();

    pipeline.serve("restore " + before.id());
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(live()).isEqualTo(expected());

    pipeline.serve("restore " + after.id());
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(live()).isEqualTo(expected());
  }

  /** Its first records came after the time, so a restore from that time on replays them all. */
  @Test
  void aChildOfAShardThatBeginsAnewAppliesAllOfItsRecordsAgain() {
    putOneOfEach("a");
    var unused = run(0);
    Checkpoint.Completed before = pipeline.checkpoint(container);
    String time = pipeline.now().toString();
    pipeline.pass(Duration.ofSeconds(1));
    pipeline.stream().split(Pipeline.shard(0));
    putOneOfEach("b");
    deliverAll();

    pipeline.serve("restore " + before.id() + " --positions " + time);

    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(live()).isEqualTo(expected());
  }

  @Test
  void aHaltAndAResumeKeepAShardClosed() {
    putOneOfEach("a");
    var unused = run(0);
    pipeline.stream().split(Pipeline.shard(0));
    putOneOfEach("b");
    pipeline.serve("stop");
    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Halted.class);
    pipeline.serve("resume");
    deliverAll();
    assertThat(live()).isEqualTo(expected());
  }

  /** The job is cancelled when the parent is closed, and no task has opened a child. */
  private void haltBetweenParentAndChildren(Duration time) {
    putOneOfEach("a");
    var unused = run(0);
    pipeline.stream().split(Pipeline.shard(0));
    putOneOfEach("b");
    container.wake(new WakeMessage(Pipeline.shard(0), WakeMessage.Purpose.DRAIN), Pipeline.AMPLE);
    assertThat(pipeline.journal(0).getLast()).isInstanceOf(Entry.Closed.class);
    pipeline.checkpoints().request(pipeline.id(), Request.command("cancel"));
    for (int i = 0; i < 3; i++) {
      // Its wakes are lost.
      Pipeline.tick(pipeline.coordinator());
      var lost = pipeline.drainWakes();
    }
    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Halted.class);
    assertThat(pipeline.journal(1)).isEmpty();
    pipeline.pass(time);
    pipeline.stream().trimExpired();
  }

  @Test
  void aResumeWithinTheRetentionOpensTheChildren() {
    haltBetweenParentAndChildren(Duration.ofHours(20));

    pipeline.serve("resume");
    deliverAll();

    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(live()).isEqualTo(expected());
  }

  @Test
  void recordsOfUnopenedChildrenThatExpiredDuringAHaltAreNotLostSilently() {
    haltBetweenParentAndChildren(Duration.ofHours(25));

    pipeline.serve("resume");

    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Halted.class);
    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("shard shardId-000000000000 was split or merged")
        .contains("may have expired unread; continue without them with --accept-gap");
  }

  @Test
  void aLossThatIsAcceptedOfAParentIsRecordedInItsChildren() {
    haltBetweenParentAndChildren(Duration.ofHours(25));
    SortedMap<StateKey, String> before = pipeline.state(0);

    pipeline.serve("resume --accept-gap");

    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(pipeline.journal(1).getFirst().header().following().mayBeMissing()).isTrue();
    SortedMap<StateKey, String> children = new TreeMap<>(pipeline.state(1));
    children.putAll(pipeline.state(2));
    assertThat(children).isEqualTo(before);
    putOneOfEach("c");
    var unused = run(1);
    assertThat(pipeline.head(1).following().mayBeMissing()).isFalse();
  }

  /** The job runs, but no task has opened a child since its parent was closed. */
  private void noTaskOpensAChildFor(Duration time) {
    putOneOfEach("a");
    var unused = run(0);
    pipeline.stream().split(Pipeline.shard(0));
    putOneOfEach("b");
    container.wake(new WakeMessage(Pipeline.shard(0), WakeMessage.Purpose.DRAIN), Pipeline.AMPLE);
    assertThat(pipeline.journal(0).getLast()).isInstanceOf(Entry.Closed.class);
    pipeline.pass(time);
    pipeline.stream().trimExpired();
    putOneOfEach("c");
  }

  @Test
  void aChildIsOpenedAsLongAsNoneOfItsRecordsCanHaveExpired() {
    noTaskOpensAChildFor(Duration.ofHours(23).plusMinutes(59));

    deliverAll();

    assertThat(live()).isEqualTo(expected());
  }

  @Test
  void recordsOfAChildThatExpiredBeforeAnyTaskOpenedItAreNotLostSilently() {
    noTaskOpensAChildFor(Duration.ofHours(25));

    assertThatThrownBy(() -> run(1))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("longer ago than the stream keeps records")
        .hasMessageContaining("cairn accept-gap shardId-000000000001");

    assertThat(pipeline.journal(1)).isEmpty();
    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.RESHARDED);
  }

  @Test
  void aChildIsOpenedWithoutItsExpiredRecordsWhenAUserAcceptsThat() {
    noTaskOpensAChildFor(Duration.ofHours(25));
    SortedMap<StateKey, String> before = pipeline.state(0);

    pipeline.serve("accept-gap shardId-000000000001");

    assertThat(run(1)).isEqualTo(new BatchResult.Done());
    assertThat(run(2)).isEqualTo(new BatchResult.Done());
    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.head(1).failing()).isEmpty();
    assertThat(pipeline.head(0).failing()).isEmpty();
    SortedMap<StateKey, String> children = new TreeMap<>(pipeline.state(1));
    children.putAll(pipeline.state(2));
    assertThat(children.keySet()).isEqualTo(before.keySet());
    assertThat(pipeline.head(1).counts().applied() + pipeline.head(2).counts().applied())
        .isEqualTo(keys.size());
  }

  /** A closed shard acknowledges no later checkpoint instead, as an open one does. */
  @Test
  void aSavepointThatFailedAtAClosedShardIsDisposedOf() {
    putOneOfEach("a");
    var unused = run(0);
    pipeline.stream().split(Pipeline.shard(0));
    container.wake(new WakeMessage(shard(0), WakeMessage.Purpose.DRAIN), Pipeline.AMPLE);
    pipeline.checkpoints().request(pipeline.id(), Request.command("savepoint"));
    Pipeline.tick(pipeline.coordinator());
    var lost = pipeline.drainWakes();
    assertThat(pipeline.journal(0).getLast()).isInstanceOf(Entry.Triggered.class);
    pipeline.pass(Pipeline.TIMEOUT.plusSeconds(1));
    Pipeline.tick(pipeline.coordinator());

    pipeline.serve("dispose 1");
    Optional<Job.Refusal> refusal = pipeline.job().refusal();
    assertThat(refusal.orElseThrow().reason())
        .contains("an invocation that began before it failed may still write its files")
        .contains("dispose of it again after 2026-11-21T10:17:01");

    pipeline.pass(Pipeline.PROMPT.longestInvocation());
    pipeline.serve("dispose 1");
    assertThat(pipeline.job().request()).isEmpty();
    assertThat(pipeline.job().refusal()).as("no other one").isEqualTo(refusal);
  }

  @Test
  void aJobOfTheFirstFormatIsNotRestoredOntoChildren() {
    Pipeline early = new Pipeline(1, FormatVersion.ONE);
    early.put(early.key(0, 0), "a");
    Task<String> task = early.container();
    var unused = Pipeline.run(task, 0, early.all(0));
    Checkpoint.Completed before = early.checkpoint(task);
    early.stream().split(Pipeline.shard(0));
    early.put(early.key(1, 0), "b");

    early
        .checkpoints()
        .request(
            early.id(), Request.command("restore " + before.id() + " --positions " + early.now()));
    Pipeline.tick(early.coordinator());

    assertThat(early.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(early.job().refusal().orElseThrow().reason())
        .contains("shardId-000000000001 came from [shardId-000000000000]")
        .contains("run cairn upgrade, then repeat the restore");
  }

  private static ShardId shard(int index) {
    return Pipeline.shard(index);
  }
}
