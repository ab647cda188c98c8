package dev.cairn.coordinator.collecting;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.collecting.GarbageCollection.Findings;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.journals.LiveCheckpoints;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.pipeline.Death;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What becomes of each file, in the words that people read, and that collection does just that. */
class GarbageCollectionTest {
  private static final Duration LONGEST = Pipeline.PROMPT.longestInvocation();
  private static final String SHARD = "count/shardId-000000000000";

  private final Pipeline pipeline = new Pipeline(2);
  private final Task<String> container = pipeline.container();

  @Test
  void whatAJournalAndACheckpointNeedIsReferredToByBoth() {
    run(container, 0, pipeline.put(0, "size:20000"));
    FilePath delta = only("taskowned/");
    assertThat(verdict(delta))
        .isEqualTo(
            "the journal of "
                + SHARD
                + " needs it: the delta of the Advanced at revision 2, after its last base");

    pipeline.checkpoint(container);

    assertThat(verdict(only("shared/")))
        .isEqualTo(
            "the journal of "
                + SHARD
                + " needs it: a run of its last base, the Snapshotted at revision 4; checkpoint 1"
                + " needs it: a run of the state of "
                + SHARD);
    assertThat(verdict(only("chk-1/count/")))
        .contains("a state file of its last base", "checkpoint 1");
    assertThat(verdict(only("chk-1/_metadata"))).isEqualTo("checkpoint 1 needs it: its _metadata");
  }

  @Test
  void aDeltaThatABaseStandsForIsAbandonedAndGoesWhenItIsOld() {
    run(container, 0, pipeline.put(0, "size:20000"));
    FilePath delta = only("taskowned/");
    Stored stored = pipeline.storage().head(delta).orElseThrow();
    pipeline.checkpoint(container);

    assertThat(fateOf(delta))
        .isEqualTo(
            new FileVerdict.TooYoung(
                new FileVerdict.Ending.Overtaken(
                    Layout.parse(delta).orElseThrow().entry(),
                    new Revision(1),
                    new Revision(4),
                    "Snapshotted"),
                stored.lastModified().plus(LONGEST)));

    pipeline.pass(LONGEST.plusMillis(1));
    assertThat(verdict(delta))
        .startsWith("it is not referenced, and can no longer be: it was prepared for entry ")
        .contains("(Snapshotted at revision 4)", "the next collection deletes it");
  }

  @Test
  void whatACrashedInvocationLeftStaysUntilItsJournalMovesOn() {
    run(container, 0, pipeline.put(0, "a"));
    Death death = new Death(1);
    Task<String> dying = pipeline.container(death);
    List<StreamRecord> batch = pipeline.put(0, "size:20000");
    death.watch(() -> run(dying, 0, batch));
    FilePath orphan = only("taskowned/");
    pipeline.pass(LONGEST.multipliedBy(4));

    assertThat(verdict(orphan))
        .contains(
            "it is not referenced yet",
            "from revision 2 of " + SHARD,
            "whose journal is at 2",
            "it is kept until that journal continues");
    collect();
    assertThat(pipeline.storage().paths()).contains(orphan);

    run(pipeline.container(), 0, batch);

    assertThat(fateOf(orphan)).isInstanceOf(FileVerdict.Abandoned.class);
    collect();
    assertThat(pipeline.storage().paths()).doesNotContain(orphan);
  }

  /** An idle shard's journal is moved on by the carry-forward of the next checkpoint. */
  @Test
  void theOrphansOfAnIdleShardGoWithTheNextCheckpointOfTheJob() {
    run(container, 0, pipeline.put(0, "a"));
    pipeline.checkpoint(container);
    Death death = new Death(1);
    Task<String> dying = pipeline.container(death);
    List<StreamRecord> batch = pipeline.put(0, "size:20000");
    death.watch(() -> run(dying, 0, batch));
    FilePath orphan = only("taskowned/");
    assertThat(fateOf(orphan)).isInstanceOf(FileVerdict.MayBeCommitted.class);

    run(container, 1, pipeline.put(1, "b"));
    pipeline.checkpoint(container);

    assertThat(fateOf(orphan)).isInstanceOf(FileVerdict.TooYoung.class);
  }

  @Test
  void theMetadataOfAnAbortedCheckpointIsAbandoned() {
    run(container, 0, pipeline.put(0, "a"));
    pipeline.pass(Pipeline.INTERVAL);
    tick(pipeline.coordinator());
    FilePath metadata = Layout.metadata(JOB, new CheckpointId(1));
    put(metadata);
    assertThat(verdict(metadata)).isEqualTo("the pending checkpoint 1 needs it: its _metadata");

    pipeline.pass(LONGEST.plusMillis(1));
    tick(pipeline.coordinator());

    assertThat(verdict(metadata))
        .contains(
            "it is the _metadata of checkpoint 1, which was aborted (EXPIRED: ",
            SHARD + " sent no acknowledgement");
    collect();
    assertThat(pipeline.storage().paths()).doesNotContain(metadata);
    FilePath future = Layout.metadata(JOB, new CheckpointId(99));
    put(future);
    pipeline.pass(LONGEST.plusMillis(1));
    assertThat(fateOf(future)).isEqualTo(new FileVerdict.NotOver(new CheckpointId(99)));
  }

  @Test
  void whatIsNotCairnsToCollectIsLeftAlone() {
    run(container, 0, pipeline.put(0, "a"));
    FilePath letter = Layout.deadLetter(Pipeline.subtask(0), new SequenceNumber("123"));
    FilePath foreign = FilePath.of(JOB.value(), "shared", "notes.txt");
    SubtaskId unopened = new SubtaskId(JOB, Pipeline.STAGE, new ShardId("shardId-9"));
    FilePath leftover = Layout.run(unopened, new Revision(7), new EntryId("e"));
    List.of(letter, foreign, leftover).forEach(this::put);
    pipeline.pass(LONGEST.multipliedBy(10));

    assertThat(found().files()).as("not even listed").noneMatch(file -> file.path().equals(letter));
    assertThat(verdict(foreign)).contains("its name is none that Cairn uses");
    assertThat(verdict(leftover)).contains("count/shardId-9 has no journal in the table");
    collect();
    assertThat(pipeline.storage().paths()).contains(letter, foreign, leftover);
  }

  @Test
  void nothingIsCertainWhileACheckpointCannotBeRead() {
    run(container, 0, pipeline.put(0, "size:20000"));
    FilePath delta = only("taskowned/");
    pipeline.checkpoint(container);
    run(container, 0, pipeline.put(0, "b"));
    pipeline.checkpoint(container);
    FilePath state = only("chk-1/count/");
    pipeline.storage().flipBit(state, 100);
    pipeline.pass(LONGEST.plusMillis(1));

    assertThat(fateOf(delta)).isEqualTo(new FileVerdict.Unclear(state));
    collect();
    assertThat(pipeline.storage().paths()).contains(delta);

    pipeline.storage().flipBit(state, 100);
    assertThat(fateOf(delta)).isInstanceOf(FileVerdict.Abandoned.class);
  }

  @Test
  void nothingIsConcludedDuringARestore() {
    run(container, 0, pipeline.put(0, "a"));
    Checkpoint.Completed completed = pipeline.checkpoint(container);
    pipeline
        .checkpoints()
        .move(
            pipeline.job(),
            new JobStatus.Restoring(Restoration.of(completed.id())),
            List.of(),
            pipeline.now());

    assertThat(collection().find(JOB))
        .isEqualTo(
            new Findings.NotNow("job words is not running: its journals may still get state"));
  }

  /** The coordinator's own collection, after many checkpoints, did what the findings say. */
  @Test
  void everyFileThatIsLeftIsNeeded() {
    for (int i = 0; i < 6; i++) {
      run(container, 0, pipeline.put(0, "size:20000", "word"));
      run(container, 1, pipeline.put(1, "size:9000"));
      pipeline.checkpoint(container);
      pipeline.pass(LONGEST);
    }
    run(container, 0, pipeline.put(0, "last"));
    pipeline.checkpoint(container);

    Map<String, Long> counts = new TreeMap<>();
    Findings.Found found = found();
    found
        .files()
        .forEach(
            file -> counts.merge(found.verdict(file).getClass().getSimpleName(), 1L, Long::sum));
    assertThat(counts).containsOnlyKeys("Referred");
    assertThat(counts.get("Referred")).isPositive();
  }

  private void collect() {
    CoordinatorPorts ports =
        new CoordinatorPorts(
            pipeline.journal(),
            pipeline.checkpoints(),
            pipeline.storage(),
            pipeline.stream(),
            (subtask, purpose) -> {},
            pipeline::now,
            () -> new EntryId("none"));
    new GarbageCollection(
            ports,
            Pipeline.PROMPT,
            CollectionGuards.ALL,
            new LiveCheckpoints(pipeline.checkpoints()),
            new JournalTails(ports))
        .collect(JOB);
  }

  private GarbageCollection collection() {
    return new GarbageCollection(
        pipeline.journal(),
        pipeline.checkpoints(),
        pipeline.storage(),
        pipeline::now,
        Pipeline.PROMPT);
  }

  private Findings.Found found() {
    return (Findings.Found) collection().find(JOB);
  }

  private FileVerdict fateOf(FilePath path) {
    Findings.Found found = found();
    return found.files().stream()
        .filter(file -> file.path().equals(path))
        .map(found::verdict)
        .findFirst()
        .orElseThrow();
  }

  private String verdict(FilePath path) {
    return fateOf(path).toString();
  }

  private void put(FilePath path) {
    byte[] bytes = {1, 2, 3};
    pipeline.storage().put(path, bytes, Sha256.of(bytes));
  }

  /** The newest file in a folder. */
  private FilePath only(String folder) {
    return pipeline.storage().paths().stream()
        .filter(path -> path.value().startsWith(JOB + "/" + folder))
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }
}
