package dev.cairn.coordinator.restoring;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.task.Task;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Restores of savepoints by their path, and over records that the stream no longer keeps. */
class RestoreFromElsewhereTest {
  private static final FilePath SAVEPOINT =
      new FilePath("savepoints/words/savepoint-1-before-upgrade");

  private final Pipeline pipeline = new Pipeline(1);
  private final Task<String> container = pipeline.container();

  private void ask(String command) {
    pipeline.checkpoints().request(JOB, Request.command(command));
    for (int i = 0; i < 5; i++) {
      tick(pipeline.coordinator());
      pipeline.deliverWakes(pipeline.container());
    }
    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
  }

  private void savepoint() {
    run(container, 0, pipeline.put(0, "a", "b"));
    ask("savepoint before-upgrade");
    run(container, 0, pipeline.put(0, "c", "d"));
  }

  private Entry.Restored restored() {
    return pipeline.journal(0).stream()
        .filter(Entry.Restored.class::isInstance)
        .map(Entry.Restored.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aSavepointIsRestoredByItsDirectory() {
    savepoint();

    ask("restore " + SAVEPOINT + "/");

    assertThat(restored().header().counts().applied()).isEqualTo(2);
    assertThat(restored().handle().manifest().runs())
        .isNotEmpty()
        .allMatch(run -> SAVEPOINT.relativize(run.file().path()).isPresent());
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void withTheNextCheckpointTheSavepointMayGo() {
    savepoint();
    ask("restore " + SAVEPOINT + "/_metadata");

    pipeline.checkpoint(pipeline.container());

    Entry.Base base = (Entry.Base) pipeline.journal().fromLastBase(Pipeline.subtask(0)).getFirst();
    assertThat(base.handle().manifest().runs())
        .extracting(RunRef::file)
        .allMatch(file -> Layout.isOwn(JOB, file.path()));
    pipeline.storage().list(SAVEPOINT).forEach(file -> pipeline.storage().delete(file.path()));
    run(pipeline.container(), 0, pipeline.put(0, "e"));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void recordsThatAreGoneAreLeftOutIfThatIsAccepted() {
    savepoint();
    run(container, 0, pipeline.put(0, "e"));
    // Of what follows the savepoint, only "d" and "e" are kept.
    pipeline.stream().trim(Pipeline.shard(0), pipeline.all(0).get(3).sequenceNumber());

    ask("restore 1 --accept-gap");

    assertThat(pipeline.head(0).hasGap()).isFalse();
    assertThat(pipeline.head(0).counts().applied()).as("a, b, d and e").isEqualTo(4);
    assertThat(pipeline.head(0).position()).isEqualTo(restored().header().frontier());
  }

  @Test
  void withoutAnyRecordLeftTheStateIsTheCheckpointsAndTheShardGoesOn() {
    savepoint();
    run(container, 0, pipeline.put(0, "e"));
    Entry.Header before = pipeline.head(0);
    pipeline.put(0, "f");
    pipeline.stream().trim(Pipeline.shard(0), pipeline.all(0).getLast().sequenceNumber());

    ask("restore 1 --accept-gap");

    assertThat(pipeline.head(0).hasGap()).isFalse();
    assertThat(pipeline.head(0).counts().applied()).as("a and b").isEqualTo(2);
    assertThat(pipeline.head(0).position()).isEqualTo(before.position());
    run(pipeline.container(), 0, pipeline.all(0));
    assertThat(pipeline.head(0).counts().applied()).as("a, b and f").isEqualTo(3);
  }

  @Test
  void aCheckpointAfterAnAcceptedGapStandsWhereTheShardDoes() {
    // One of its own, whose files the next checkpoint may hold again.
    run(container, 0, pipeline.put(0, "a", "b"));
    CheckpointId first = pipeline.job().next();
    pipeline.checkpoint(container);
    run(container, 0, pipeline.put(0, "c"));
    pipeline.put(0, "d");
    pipeline.stream().trim(Pipeline.shard(0), pipeline.all(0).getLast().sequenceNumber());
    ask("restore " + first + " --accept-gap");
    Entry.Header head = pipeline.head(0);
    assertThat(head.counts().applied()).as("a and b").isEqualTo(2);

    CheckpointId checkpoint = pipeline.job().next();
    pipeline.checkpoint(pipeline.container());
    ask("restore " + checkpoint);

    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.head(0).position()).isEqualTo(head.position());
    assertThat(pipeline.head(0).counts()).isEqualTo(head.counts());
  }

  @Test
  void aShardThatBeginsRightBeforeARecordCanBePutBackFurther() {
    savepoint();
    Pipeline fresh = fresh(1);
    SequenceNumber last = pipeline.all(0).get(3).sequenceNumber();
    pipeline.stream().trim(Pipeline.shard(0), last);
    pipeline.checkpoints().request(JOB, Request.command("restore 1 --accept-gap"));
    tick(pipeline.coordinator());
    tick(pipeline.coordinator());
    var unused = pipeline.drainWakes();
    assertThat(pipeline.head(0).position()).isEqualTo(Position.before(last));
    String standing = "savepoints/words/savepoint-" + pipeline.job().next() + "-standing";
    ask("savepoint standing");

    fresh.serve("restore " + standing + " --positions same");
    assertThat(fresh.job().refusal()).isEmpty();
    SubtaskId subtask = new SubtaskId(fresh.job().id(), Pipeline.STAGE, Pipeline.shard(0));
    assertThat(
            fresh.journal().after(subtask, new Revision(0)).getLast().header().counts().applied())
        .as("a, b and d")
        .isEqualTo(3);

    fresh.serve("restore " + SAVEPOINT + " --positions same");
    assertThat(fresh.job().status()).isEqualTo(new JobStatus.Running());
    requireAll(fresh);
  }

  @Test
  void whatWasLeftOutIsMissedByWhoeverDoesNotAcceptIt() {
    Pipeline two = new Pipeline(2);
    Task<String> tasks = two.container();
    run(tasks, 0, two.put(0, "a"));
    two.serve("savepoint early");
    run(tasks, 1, two.put(1, "b"));
    run(tasks, 1, two.put(1, "c"));
    two.stream().trim(Pipeline.shard(1), two.all(1).get(1).sequenceNumber());
    String early = "restore savepoints/words/savepoint-1-early";

    two.serve(early + " --accept-gap");
    assertThat(two.job().refusal()).isEmpty();
    assertThat(two.head(1).counts().applied()).as("c").isEqualTo(1);

    two.serve(early);
    assertThat(two.job().refusal().orElseThrow().reason())
        .contains("shard " + Pipeline.shard(1) + " is beyond retention");
  }

  /** Another job that reads the same records, and has opened nothing. */
  private Pipeline fresh(int shards) {
    Pipeline fresh = pipeline.beside(new JobId("after"), shards);
    pipeline.all(0).forEach(record -> fresh.put(record.partitionKey(), record.data()));
    return fresh;
  }

  private static JobStatus restored(Pipeline job, String options) {
    job.serve("restore " + SAVEPOINT + " " + options);
    return job.job().status();
  }

  private static void requireAll(Pipeline job) {
    assertThat(job.job().refusal()).isEmpty();
    SubtaskId subtask = new SubtaskId(job.job().id(), Pipeline.STAGE, Pipeline.shard(0));
    Entry.Header head = job.journal().after(subtask, new Revision(0)).getLast().header();
    assertThat(head.hasGap()).isFalse();
    assertThat(head.counts().applied()).isEqualTo(job.all(0).size());
    assertThat(job.state(subtask)).isEqualTo(Pipeline.fold(job.all(0)));
  }

  @Test
  void aShardThatTheJobHasNotOpenedIsOpenedWithItsState() {
    savepoint();
    Pipeline fresh = fresh(1);

    assertThat(restored(fresh, "--positions same")).isEqualTo(new JobStatus.Running());
    SubtaskId subtask = new SubtaskId(fresh.job().id(), Pipeline.STAGE, Pipeline.shard(0));
    List<Entry> journal = fresh.journal().after(subtask, new Revision(0));
    Entry.Header header = journal.get(1).header();
    assertThat(journal.get(1)).isInstanceOf(Entry.Restored.class);
    assertThat(header.position()).as("beyond what was ever applied").isEqualTo(header.frontier());
    assertThat(header.hasGap()).isFalse();
    assertThat(header.counts().applied()).as("a and b").isEqualTo(2);
    // The mapping begins at the horizon, with what the state already has.
    run(fresh.container(), 0, fresh.all(0).subList(0, 3));
    run(fresh.container(), 0, fresh.all(0));

    requireAll(fresh);
  }

  @Test
  void whatItThenStandsOnCanBeRestoredAgain() {
    savepoint();
    Pipeline fresh = fresh(1);
    restored(fresh, "--positions same");
    run(fresh.container(), 0, fresh.all(0));
    fresh.put(fresh.key(0, 0), "e");
    run(fresh.container(), 0, fresh.all(0));

    // The same position, now with a gap up to where the job has come.
    restored(fresh, "--positions same");

    requireAll(fresh);
  }

  @Test
  void aFreshJobIsRefusedWhatTheStreamNoLongerKeeps() {
    savepoint();
    Pipeline fresh = fresh(1);
    fresh.stream().trim(Pipeline.shard(0), fresh.all(0).get(3).sequenceNumber());

    restored(fresh, "--positions same");

    assertThat(fresh.job().refusal().orElseThrow().reason())
        .contains("shard shardId-000000000000 is beyond retention: record")
        .contains("choose a later checkpoint");
    assertThat(fresh.checkpoints().subtasks(fresh.job().id())).isEmpty();

    restored(fresh, "--positions same --accept-gap");
    run(fresh.container(), 0, fresh.all(0));

    SubtaskId subtask = new SubtaskId(fresh.job().id(), Pipeline.STAGE, Pipeline.shard(0));
    assertThat(
            fresh.journal().after(subtask, new Revision(0)).getLast().header().counts().applied())
        .as("a, b and d")
        .isEqualTo(3);
  }

  @Test
  void aFreshJobIsRefusedAStreamThatKeepsNothing() {
    savepoint();
    Pipeline fresh = fresh(1);
    fresh.pass(Duration.ofHours(25));
    fresh.stream().trimExpired();
    assertThat(fresh.all(0)).isEmpty();

    restored(fresh, "--positions same");

    assertThat(fresh.job().refusal().orElseThrow().reason())
        .contains("shard shardId-000000000000 is beyond retention: record");
  }

  @Test
  void aShardThatNobodyKnowsIsRefused() {
    Pipeline wide = pipeline.beside(new JobId("wide"), 2);
    for (int shard = 0; shard < 2; shard++) {
      run(wide.container(), shard, wide.put(shard, "a"));
    }
    wide.serve("savepoint");

    pipeline.serve("restore savepoints/wide/savepoint-1 --positions same");

    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("shard shardId-000000000000 has the keys")
        .contains("--positions horizon, or a time");
    run(container, 0, pipeline.put(0, "a"));
    pipeline.serve("restore savepoints/wide/savepoint-1 --positions same");
    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("there is state of shard shardId-000000000001, which neither the stream has")
        .contains("nor job words has opened");
  }

  @Test
  void aShardThatWasSplitSinceGoesOnToItsEnd() {
    savepoint();
    Pipeline fresh = fresh(1);
    fresh.stream().split(Pipeline.shard(0));

    assertThat(restored(fresh, "--positions same")).isEqualTo(new JobStatus.Running());
    fresh.goOn();

    assertThat(ofFresh(fresh, 0).getLast().header().position()).isEqualTo(Position.end());
    assertThat(ofFresh(fresh, 0).getLast().header().counts().applied()).isEqualTo(4);
    SortedMap<StateKey, String> children = new TreeMap<>();
    for (int shard = 1; shard <= 2; shard++) {
      assertThat(ofFresh(fresh, shard)).isNotEmpty();
      children.putAll(
          fresh.state(new SubtaskId(fresh.id(), Pipeline.STAGE, Pipeline.shard(shard))));
    }
    assertThat(children).isEqualTo(Pipeline.fold(fresh.all(0)));
  }

  private static List<Entry> ofFresh(Pipeline fresh, int shard) {
    return fresh.entries(new SubtaskId(fresh.id(), Pipeline.STAGE, Pipeline.shard(shard)));
  }
}
