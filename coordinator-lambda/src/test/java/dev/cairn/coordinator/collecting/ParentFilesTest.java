package dev.cairn.coordinator.collecting;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.shard;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.collecting.GarbageCollection.Findings;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.WakeMessage;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.task.Task;
import dev.cairn.task.ports.BatchResult;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A parent's files stay while the children of a split refer to them, and go with its retirement.
 */
class ParentFilesTest {
  private static final int KEYS = 4;

  /** More checkpoints than a state has runs, so that each child has merged all of its runs. */
  private static final int UNTIL_COMPACTED = 40;

  private final Pipeline pipeline = new Pipeline(1);
  private final Task<String> container = pipeline.container();
  private int rounds;

  /** Gives each key of both halves a word, applies it, and takes a checkpoint. */
  private void round(List<Integer> shards) {
    rounds++;
    for (int shard : shards) {
      for (int key = 0; key < KEYS; key++) {
        pipeline.put(pipeline.key(shard, key), "size:" + 2_000);
      }
      apply(shard);
    }
    checkpoint();
  }

  private void apply(int shard) {
    var unused = Pipeline.run(container, shard, pipeline.all(shard));
  }

  private void checkpoint() {
    pipeline.pass(Pipeline.PROMPT.longestInvocation().plusMillis(1));
    var unused = pipeline.checkpoint(container);
  }

  private Findings.Found found() {
    GarbageCollection collection =
        new GarbageCollection(
            pipeline.journal(),
            pipeline.checkpoints(),
            pipeline.storage(),
            pipeline::now,
            Pipeline.PROMPT);
    return (Findings.Found) collection.find(JOB);
  }

  /** The runs that a subtask's last base refers to. */
  private Set<FilePath> runs(int shard) {
    Entry.Base base =
        (Entry.Base) pipeline.journal().fromLastBase(Pipeline.subtask(shard)).getFirst();
    return base.handle().manifest().runs().stream()
        .map(RunRef::file)
        .map(file -> file.path())
        .collect(Collectors.toSet());
  }

  private Set<SubtaskId> journalsThatNeed(FilePath file) {
    return found().references().to(file).stream()
        .flatMap(
            reference ->
                reference instanceof Reference.OfBase base
                    ? Stream.of(base.subtask())
                    : Stream.of())
        .collect(Collectors.toSet());
  }

  private Set<SubtaskId> checkpointsThatNeed(FilePath file) {
    return found().references().to(file).stream()
        .flatMap(
            reference ->
                reference instanceof Reference.OfSnapshot snapshot
                    ? Stream.of(snapshot.subtask())
                    : Stream.of())
        .collect(Collectors.toSet());
  }

  @Test
  void aParentsFilesStayUntilBothChildrenHaveMergedThemAndAreDeletedThen() {
    for (int i = 0; i < 3; i++) {
      round(List.of(0));
    }
    pipeline.stream().split(shard(0));
    pipeline.goOn();
    Set<FilePath> ofParent = runs(0);
    assertThat(ofParent).isNotEmpty();
    assertThat(runs(1)).isEqualTo(ofParent);
    assertThat(runs(2)).isEqualTo(ofParent);

    // The first child alone goes on, and merges its runs with those of its parent.
    while (rounds < UNTIL_COMPACTED && !Collections.disjoint(runs(1), ofParent)) {
      round(List.of(1));
    }
    assertThat(runs(1)).as("its own by now").doesNotContainAnyElementsOf(ofParent);
    round(List.of(1));
    round(List.of(1));
    for (FilePath file : ofParent) {
      assertThat(pipeline.storage().head(file)).isPresent();
      assertThat(journalsThatNeed(file))
          .contains(Pipeline.subtask(2))
          .doesNotContain(Pipeline.subtask(1));
      assertThat(checkpointsThatNeed(file)).containsExactly(Pipeline.subtask(2));
      assertThat(found().references().to(file))
          .extracting(Reference::toString)
          .contains(
              "the journal of "
                  + Pipeline.subtask(2).name()
                  + " needs it: a run of its last base, the Snapshotted at revision "
                  + revisionOfBase(2));
    }

    while (rounds < 2 * UNTIL_COMPACTED && !Collections.disjoint(runs(2), ofParent)) {
      round(List.of(2));
    }
    round(List.of(1, 2));
    round(List.of(1, 2));
    assertThat(pipeline.checkpoints().retired(JOB)).containsExactly(Pipeline.subtask(0));
    for (FilePath file : ofParent) {
      assertThat(pipeline.storage().head(file)).as("%s", file).isEmpty();
    }
    assertThat(filesOf(0)).as("any file of the parent").isEmpty();
    assertThat(pipeline.checkpoints().checkpoints(JOB))
        .filteredOn(Checkpoint.Completed.class::isInstance)
        .hasSize(2);
    requireUntouched();
    for (int shard = 1; shard <= 2; shard++) {
      apply(shard);
    }
    assertThat(pipeline.state(1)).isEqualTo(part(1));
    assertThat(pipeline.state(2)).isEqualTo(part(2));
  }

  /**
   * A retired parent's files may be needed by a child that is retired later. They go with it, not
   * with a later collection.
   */
  @Test
  void theFilesOfARetiredParentGoWithTheLastSubtaskThatRefersToThem() {
    for (int i = 0; i < 3; i++) {
      round(List.of(0));
    }
    Set<FilePath> ofParent = runs(0);
    pipeline.stream().split(shard(0));
    pipeline.goOn();
    for (int i = 0; i < 3; i++) {
      round(List.of(1, 2));
    }
    assertThat(pipeline.checkpoints().retired(JOB)).containsExactly(Pipeline.subtask(0));
    assertThat(runs(1)).containsAll(ofParent);
    CheckpointId ofFirstChild = pipeline.job().latest().orElseThrow();
    pipeline.serve("pin " + ofFirstChild);
    pipeline.stream().split(shard(1));
    pipeline.goOn();
    while (rounds < 2 * UNTIL_COMPACTED
        && List.of(2, 3, 4).stream()
            .anyMatch(shard -> !Collections.disjoint(runs(shard), ofParent))) {
      round(List.of(2, 3, 4));
    }
    for (int i = 0; i < 2; i++) {
      round(List.of(2, 3, 4));
    }
    assertThat(pipeline.checkpoints().subtasks(JOB)).contains(Pipeline.subtask(1));
    for (FilePath file : ofParent) {
      assertThat(journalsThatNeed(file)).containsExactly(Pipeline.subtask(1));
      assertThat(pipeline.storage().head(file)).isPresent();
    }

    pipeline.serve("unpin " + ofFirstChild);
    round(List.of(2, 3, 4));

    assertThat(pipeline.checkpoints().retired(JOB))
        .containsExactly(Pipeline.subtask(0), Pipeline.subtask(1));
    for (FilePath file : ofParent) {
      assertThat(pipeline.storage().head(file)).as("%s", file).isEmpty();
    }
  }

  private Stream<FilePath> filesOf(int shard) {
    return pipeline.storage().list(Layout.job(JOB)).stream()
        .map(stored -> stored.path())
        .filter(file -> file.value().contains(shard(shard).value()));
  }

  /** Late batches and wakes of the parent need no file of it. */
  private void requireUntouched() {
    List<Entry> journal = pipeline.journal(0);
    assertThat(Pipeline.run(pipeline.container(), 0, pipeline.all(0)))
        .isEqualTo(new BatchResult.Done());
    for (WakeMessage.Purpose purpose : WakeMessage.Purpose.values()) {
      pipeline.container().wake(new WakeMessage(shard(0), purpose), Pipeline.AMPLE);
    }
    assertThat(pipeline.journal(0)).isEqualTo(journal);
    assertThat(filesOf(0)).isEmpty();
  }

  private String revisionOfBase(int shard) {
    return pipeline
        .journal()
        .fromLastBase(Pipeline.subtask(shard))
        .getFirst()
        .header()
        .revision()
        .toString();
  }

  /** The fold over a child's keys, from the parent's first record on. */
  private SortedMap<StateKey, String> part(int child) {
    HashRange range = pipeline.stream().listed().get(child).range();
    return Pipeline.fold(
        Stream.concat(pipeline.all(0).stream(), pipeline.all(child).stream())
            .filter(record -> range.contains(KeyHash.of(record.partitionKey())))
            .toList());
  }
}
