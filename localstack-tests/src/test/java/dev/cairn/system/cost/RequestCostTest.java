package dev.cairn.system.cost;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * The requests that things cost, counted at the ports of the real task and the real coordinator.
 */
class RequestCostTest {
  private static final Map<String, Map<String, Integer>> TABLE = new LinkedHashMap<>();

  private final Pipeline pipeline = new Pipeline(2);
  private final RequestCounter requests = new RequestCounter();
  private final Task<String> container = pipeline.container(requests);

  @AfterAll
  static void printTable() {
    StringBuilder table = new StringBuilder("requests counted at the ports\n");
    TABLE.forEach(
        (what, counts) -> table.append(String.format(Locale.ROOT, "  %-45s %s\n", what, counts)));
    System.out.print(table);
  }

  @Test
  void anInvocationInSteadyStateIsOneQueryAndOneConditionalPut() {
    run(container, 0, pipeline.put(0, "warm up"));
    for (int i = 0; i < 5; i++) {
      List<StreamRecord> batch = pipeline.put(0, "a", "b", "c");
      requests.drain();

      run(container, 0, batch);

      assertThat(counted("invocation in steady state"))
          .isEqualTo(Map.of("journal.after", 1, "journal.append", 1));
    }
  }

  @Test
  void aBatchThatIsAppliedAlreadyIsOneQuery() {
    List<StreamRecord> batch = pipeline.put(0, "a", "b");
    run(container, 0, batch);
    requests.drain();

    run(container, 0, batch);

    assertThat(counted("batch that is applied already")).isEqualTo(Map.of("journal.after", 1));
  }

  @Test
  void aContainerThatOthersHaveOvertakenNeedsNoMore() {
    run(container, 0, pipeline.put(0, "a"));
    run(pipeline.container(), 0, pipeline.put(0, "b"));
    List<StreamRecord> batch = pipeline.put(0, "c");
    requests.drain();

    run(container, 0, batch);

    assertThat(counted("invocation after another container's"))
        .isEqualTo(Map.of("journal.after", 1, "journal.append", 1));
  }

  @Test
  void aDeltaAboveTheThresholdIsOneStoragePutMore() {
    run(container, 0, pipeline.put(0, "warm up"));
    List<StreamRecord> batch = pipeline.put(0, "size:20000");
    requests.drain();

    run(container, 0, batch);

    assertThat(counted("invocation with a large delta"))
        .isEqualTo(Map.of("journal.after", 1, "journal.append", 1, "storage.put", 1));
  }

  @Test
  void theFirstRecordOfAShardAlsoOpensItsJournal() {
    run(container, 0, pipeline.put(0, "a"));

    assertThat(counted("first invocation of a shard"))
        .isEqualTo(
            Map.of(
                "checkpoints.job", 1,
                "checkpoints.firstSubtask", 1,
                "stream.shards", 1,
                "journal.open", 1,
                "journal.fromLastBase", 2,
                "journal.append", 1));
  }

  @Test
  void aColdStartReadsTheJournalOnceAndEachRunOnce() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.checkpoint(pipeline.container());
    run(pipeline.container(), 0, pipeline.put(0, "b"));
    pipeline.checkpoint(pipeline.container());
    run(pipeline.container(), 0, pipeline.put(0, "c"));
    List<StreamRecord> batch = pipeline.put(0, "d");
    requests.drain();

    run(container, 0, batch);

    assertThat(counted("cold start, two runs and a delta since"))
        .isEqualTo(Map.of("journal.fromLastBase", 1, "journal.append", 1, "storage.get", 2));
  }

  @Test
  void aCheckpointOfAChangedSubtaskIsOneRunOneStateFileAndOneTransaction() {
    run(container, 0, pipeline.put(0, "a"));
    pipeline.checkpoint(pipeline.container());
    run(container, 0, pipeline.put(0, "b"));
    pipeline.pass(Pipeline.INTERVAL);
    tick(pipeline.coordinator());
    assertThat(pipeline.drainWakes()).containsExactly(Pipeline.shard(0));
    List<FilePath> before = pipeline.storage().paths();
    requests.drain();

    container.wake(Pipeline.shard(0), Pipeline.AMPLE);

    assertThat(counted("snapshot of a changed subtask"))
        .isEqualTo(Map.of("journal.after", 1, "storage.put", 2, "journal.append", 1));
    assertThat(pipeline.journal(0).getLast()).isInstanceOf(Entry.Snapshotted.class);
    assertThat(pipeline.checkpoints().acknowledgements(Pipeline.JOB, new CheckpointId(2)))
        .hasSize(1);
    List<FilePath> written = new ArrayList<>(pipeline.storage().paths());
    written.removeAll(before);
    assertThat(written)
        .extracting(FilePath::fileName)
        .satisfiesExactlyInAnyOrder(
            run -> assertThat(run).startsWith("run-"),
            state -> assertThat(state).startsWith("state-"));
  }

  @Test
  void anUnchangedSubtaskCostsNoInvocationAndNoStorageRequest() {
    run(container, 0, pipeline.put(0, "a"));
    run(container, 1, pipeline.put(1, "b"));
    pipeline.checkpoint(container);
    run(container, 0, pipeline.put(0, "c"));
    Coordinator coordinator = warmCoordinator();
    pipeline.pass(Pipeline.INTERVAL);
    requests.drain();

    tick(coordinator);

    Map<String, Integer> counts = counted("trigger: one of two subtasks unchanged");
    assertThat(RequestCounter.of(counts, "storage")).isZero();
    assertThat(pipeline.drainWakes()).containsExactly(Pipeline.shard(0));
    assertThat(pipeline.journal(1).getLast().header().writer()).isEqualTo(Entry.Writer.COORDINATOR);
    assertThat(pipeline.journal(1).getLast()).isInstanceOf(Entry.Snapshotted.class);
  }

  /** A coordinator whose container has looked for expired dead letters, as it does once a day. */
  private Coordinator warmCoordinator() {
    Coordinator coordinator = pipeline.coordinator(requests);
    tick(coordinator);
    return coordinator;
  }

  @Test
  void withNothingNewNoCheckpointIsTakenAndNothingIsWritten() {
    run(container, 0, pipeline.put(0, "a"));
    pipeline.checkpoint(container);
    Coordinator coordinator = warmCoordinator();
    pipeline.pass(Pipeline.INTERVAL);
    requests.drain();

    tick(coordinator);

    Map<String, Integer> counts = counted("tick with nothing new, one subtask");
    assertThat(counts.keySet())
        .containsExactlyInAnyOrder(
            "checkpoints.job",
            "checkpoints.checkpoints",
            "checkpoints.subtasks",
            "journal.fromLastBase",
            // Whether the stream was split or merged, and whether a record waits in a silent shard.
            "stream.shards",
            "stream.read");
    assertThat(pipeline.drainWakes()).isEmpty();
  }

  @Test
  void aCommitIsOneFileAndOneTransactionHoweverManyShardsThereAre() {
    for (int shards : List.of(1, 4, 32)) {
      Map<String, Integer> counts = commit(shards);

      assertThat(counts).containsEntry("storage.put", 1).containsEntry("checkpoints.complete", 1);
      assertThat(counts.keySet())
          .doesNotContain("journal.append", "checkpoints.acknowledge", "checkpoints.begin");
      TABLE.put("commit of " + shards + " shards", writes(counts));
    }
  }

  private Map<String, Integer> commit(int shards) {
    Pipeline wide = new Pipeline(shards);
    Task<String> task = wide.container();
    for (int shard = 0; shard < shards; shard++) {
      run(task, shard, wide.put(shard, "a"));
    }
    wide.pass(Pipeline.INTERVAL);
    RequestCounter counter = new RequestCounter();
    Coordinator coordinator = wide.coordinator(counter);
    tick(coordinator);
    wide.deliverWakes(task);
    counter.drain();
    tick(coordinator);
    assertThat(wide.checkpoints().checkpoint(Pipeline.JOB, new CheckpointId(1)).orElseThrow())
        .isInstanceOf(Checkpoint.Completed.class);
    return counter.drain();
  }

  private static Map<String, Integer> writes(Map<String, Integer> counts) {
    Map<String, Integer> writes = new LinkedHashMap<>();
    for (String write : List.of("storage.put", "checkpoints.complete", "journal.append")) {
      writes.put(write, counts.getOrDefault(write, 0));
    }
    return writes;
  }

  @Test
  void aRestoresPreflightDoesNotGrowWithTheState() {
    // Two cells each.
    Map<String, Integer> small = restore(5);
    Map<String, Integer> large = restore(5_000);

    assertThat(large).isEqualTo(small);
    assertThat(large).containsEntry("checkpoints.move", 2);
    TABLE.put("preflight and restore of 10 cells", small);
    TABLE.put("preflight and restore of 10,000 cells", large);
  }

  private static Map<String, Integer> restore(int keys) {
    Pipeline one = new Pipeline(1);
    Task<String> task = one.container();
    for (int i = 0; i < keys; i++) {
      one.put("key-" + i, "size:20");
    }
    run(task, 0, one.all(0));
    Checkpoint.Completed checkpoint = one.checkpoint(task);
    assertThat(one.state(0)).hasSize(2 * keys);
    run(task, 0, one.put(0, "more"));
    one.checkpoints().request(Pipeline.JOB, Request.restore(checkpoint.id().toString()));
    RequestCounter counter = new RequestCounter();
    tick(one.coordinator(counter));
    assertThat(one.job().refusal()).isEmpty();
    assertThat(one.head(0).hasGap()).isTrue();
    return counter.drain();
  }

  private Map<String, Integer> counted(String what) {
    Map<String, Integer> counts = requests.drain();
    TABLE.put(what, counts);
    return counts;
  }
}
