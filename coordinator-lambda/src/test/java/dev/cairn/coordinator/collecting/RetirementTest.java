package dev.cairn.coordinator.collecting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.WakeMessage;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.StateKey;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.BatchResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetirementTest {
  private static final JobId JOB = Pipeline.JOB;

  private final Pipeline pipeline = new Pipeline(1);
  private final Task<String> container = pipeline.container();
  private final List<String> keys = new ArrayList<>();

  RetirementTest() {
    for (int i = 0; i < 8; i++) {
      keys.add(pipeline.key(0, i));
    }
  }

  @Test
  void aParentIsRetiredWhenNoCheckpointContainsItAnyMore() {
    apply("a");
    Checkpoint.Completed before = pipeline.checkpoint(container);
    pipeline.stream().split(Pipeline.shard(0));
    apply("b");

    checkpointOf("c");
    assertThat(pipeline.checkpoints().checkpoint(JOB, before.id()))
        .as("two are kept")
        .contains(before);
    assertThat(retired()).isEmpty();

    checkpointOf("d");
    checkpointOf("e");
    assertThat(retired()).containsExactly(Pipeline.shard(0));
    assertThat(pipeline.checkpoints().subtasks(JOB))
        .extracting(SubtaskId::shard)
        .containsExactly(Pipeline.shard(1), Pipeline.shard(2));
    assertThat(live()).isEqualTo(expected());
  }

  @Test
  void aPinnedCheckpointKeepsItsSubtasks() {
    apply("a");
    Checkpoint.Completed before = pipeline.checkpoint(container);
    pipeline.serve("pin " + before.id());
    pipeline.stream().split(Pipeline.shard(0));
    apply("b");
    for (String word : List.of("c", "d", "e")) {
      checkpointOf(word);
    }

    assertThat(retired()).isEmpty();
    pipeline.serve("restore " + before.id());
    deliverAll();
    assertThat(live()).isEqualTo(expected());
  }

  /** The mapping may deliver a batch again at any time, and may begin a shard anew. */
  @Test
  void aBatchOfARetiredShardSucceeds() {
    splitUntilRetired();

    assertThat(Pipeline.run(pipeline.container(), 0, pipeline.all(0)))
        .isEqualTo(new BatchResult.Done());
    pipeline.goOn();
    assertThat(retired()).containsExactly(Pipeline.shard(0));
    assertThat(live()).isEqualTo(expected());
  }

  @Test
  void aRetiredSubtaskStaysSoThroughAHaltAResumeAndARestoreOfItsChildren() {
    splitUntilRetired();
    pipeline.serve("stop");
    pipeline.serve("resume");
    Checkpoint.Completed children = checkpointOf("f");
    pipeline.serve("restore " + children.id());
    deliverAll();

    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(retired()).containsExactly(Pipeline.shard(0));
    assertThat(live()).isEqualTo(expected());
  }

  /** The checkpoint was taken before any record, so the parent has to be applied from its start. */
  @Test
  void aRestoreToBeforeAllRecordsLetsTheParentTakePartAgain() {
    Pipeline.tick(pipeline.coordinator());
    pipeline.serve("savepoint");
    deliverAll();
    Checkpoint.Completed empty =
        pipeline.checkpoints().checkpoints(JOB).stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .map(Checkpoint.Completed.class::cast)
            .findFirst()
            .orElseGet(() -> pipeline.checkpoint(container));
    splitUntilRetired();

    pipeline.serve("restore " + empty.id());
    deliverAll();

    assertThat(retired()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(live()).isEqualTo(expected());
  }

  /** A wake may come hours later. Nothing tells it that the savepoint has ended but its item. */
  @Test
  void aLateWakeForASavepointThatHasEndedNeedsNoFile() {
    apply("a");
    pipeline.stream().split(Pipeline.shard(0));
    container.wake(new WakeMessage(Pipeline.shard(0), WakeMessage.Purpose.DRAIN), Pipeline.AMPLE);
    pipeline.checkpoints().request(JOB, Request.command("savepoint"));
    Pipeline.tick(pipeline.coordinator());
    List<WakeMessage> late = pipeline.takeWakes();
    assertThat(pipeline.journal(0).getLast()).isInstanceOf(Entry.Triggered.class);
    pipeline.pass(Pipeline.TIMEOUT.plusSeconds(1));
    for (String word : List.of("b", "c", "d")) {
      var unused = checkpointOf(word);
    }
    assertThat(retired()).containsExactly(Pipeline.shard(0));
    pipeline.storage().paths().stream()
        .filter(file -> file.value().contains(Pipeline.shard(0).value()))
        .forEach(pipeline.storage()::delete);
    List<Entry> journal = pipeline.journal(0);

    late.stream()
        .filter(wake -> wake.shard().equals(Pipeline.shard(0)))
        .forEach(wake -> pipeline.container().wake(wake, Pipeline.AMPLE));
    pipeline
        .container()
        .wake(new WakeMessage(Pipeline.shard(0), WakeMessage.Purpose.PENDING_WORK), Pipeline.AMPLE);

    assertThat(pipeline.journal(0)).isEqualTo(journal);
  }

  @Test
  void nothingIsToBeAcceptedOfARetiredShard() {
    splitUntilRetired();
    pipeline.pass(Duration.ofHours(25));
    pipeline.stream().trimExpired();

    pipeline.serve("accept-gap " + Pipeline.shard(0));

    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("shardId-000000000000 is closed, and its children have taken over its state");
  }

  @Test
  void aTickReadsAsManyJournalsAfterManyReshardsAsBefore() {
    splitUntilRetired();
    int before = journalsReadByATick();

    for (int generation = 1; generation <= 4; generation++) {
      mergeAndSplit();
    }

    assertThat(pipeline.stream().listed()).hasSizeGreaterThan(12);
    assertThat(journalsReadByATick()).isEqualTo(before).isPositive();
    assertThat(live()).isEqualTo(expected());
  }

  private int journalsReadByATick() {
    AtomicInteger read = new AtomicInteger();
    Tap counting =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("journal.fromLastBase")) {
              read.incrementAndGet();
            }
          }
        };
    Pipeline.tick(pipeline.coordinator(counting));
    return read.get();
  }

  private void splitUntilRetired() {
    apply("a");
    var unused = pipeline.checkpoint(container);
    pipeline.stream().split(Pipeline.shard(0));
    for (String word : List.of("b", "c", "d")) {
      var unusedToo = checkpointOf(word);
    }
    assertThat(retired()).containsExactly(Pipeline.shard(0));
  }

  private void mergeAndSplit() {
    List<ShardId> open =
        pipeline.stream().listed().stream()
            .map(shard -> shard.id())
            .filter(shard -> !pipeline.stream().isClosed(shard))
            .toList();
    ShardId merged = pipeline.stream().merge(open.getFirst(), open.getLast());
    apply("m");
    pipeline.stream().split(merged);
    for (String word : List.of("n", "o", "p")) {
      var unused = checkpointOf(word);
    }
  }

  private Checkpoint.Completed checkpointOf(String word) {
    apply(word);
    return pipeline.checkpoint(container);
  }

  private void apply(String word) {
    keys.forEach(key -> pipeline.put(key, word));
    deliver();
  }

  /** Delivers every shard, children before their parents. */
  private void deliver() {
    for (int shard = shards() - 1; shard >= 0; shard--) {
      if (!pipeline.all(shard).isEmpty()) {
        var unused = Pipeline.run(container, shard, pipeline.all(shard));
      }
    }
  }

  private void deliverAll() {
    for (int round = 0; round < 4; round++) {
      deliver();
      Pipeline.tick(pipeline.coordinator());
      pipeline.deliverWakes(container);
    }
  }

  private int shards() {
    return pipeline.stream().listed().size();
  }

  private Set<ShardId> retired() {
    return Set.copyOf(pipeline.checkpoints().retired(JOB).stream().map(SubtaskId::shard).toList());
  }

  private SortedMap<StateKey, String> live() {
    SortedMap<StateKey, String> all = new TreeMap<>();
    for (int shard = 0; shard < shards(); shard++) {
      if (!pipeline.stream().isClosed(Pipeline.shard(shard))
          && !pipeline.journal(shard).isEmpty()) {
        all.putAll(pipeline.state(shard));
      }
    }
    return all;
  }

  private SortedMap<StateKey, String> expected() {
    List<StreamRecord> all = new ArrayList<>();
    for (int shard = 0; shard < shards(); shard++) {
      all.addAll(pipeline.all(shard));
    }
    return Pipeline.fold(all);
  }
}
