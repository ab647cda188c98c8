package dev.cairn.coordinator.restoring;

import static dev.cairn.pipeline.Pipeline.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.coordinator.Coordinator;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Death;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.Words;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another job's savepoint, divided anew between the shards of the stream that this job reads. */
class RestoreIntoAnotherStreamTest {
  private static final int SHARDS = 3;
  private static final int OTHER_SHARDS = 4;
  private static final int KEYS = 40;
  private static final FilePath SAVEPOINT = new FilePath("savepoints/before/savepoint-1");
  private static final String ASKED = "restore " + SAVEPOINT + " --positions horizon";

  private final Pipeline pipeline = new Pipeline(SHARDS);
  private final Pipeline other = pipeline.beside(new JobId("before"), OTHER_SHARDS);

  /** What is in the savepoint. */
  private final List<StreamRecord> before = new ArrayList<>();

  @BeforeEach
  void savepoint() {
    for (int i = 0; i < KEYS; i++) {
      other.put("key-" + i, "before-" + i);
    }
    Task<String> container = other.container();
    for (int shard = 0; shard < OTHER_SHARDS; shard++) {
      run(container, shard, other.all(shard));
      before.addAll(other.all(shard));
    }
    other.serve("savepoint");
    // What comes after the savepoint is not in it.
    other.put("key-0", "too late");
    run(container, shardOf(other, "key-0"), other.all(shardOf(other, "key-0")));
  }

  private static int shardOf(Pipeline pipeline, String key) {
    for (int shard = 0; ; shard++) {
      if (pipeline.stream().listed().get(shard).range().contains(KeyHash.of(key))) {
        return shard;
      }
    }
  }

  private void put(String... words) {
    for (String word : words) {
      for (int i = 0; i < KEYS; i++) {
        pipeline.put("key-" + i, word);
      }
    }
  }

  private List<StreamRecord> all() {
    List<StreamRecord> all = new ArrayList<>();
    for (int shard = 0; shard < SHARDS; shard++) {
      all.addAll(pipeline.all(shard));
    }
    return all;
  }

  /** As a mapping does that begins at the horizon. */
  private void deliver() {
    Task<String> container = pipeline.container();
    for (int shard = 0; shard < SHARDS; shard++) {
      run(container, shard, pipeline.all(shard));
    }
  }

  private void restore(String options) {
    pipeline.serve("restore " + SAVEPOINT + " " + options);
    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
  }

  private SortedMap<StateKey, String> state() {
    SortedMap<StateKey, String> all = new TreeMap<>();
    for (int shard = 0; shard < SHARDS; shard++) {
      pipeline.state(shard).forEach((key, value) -> assertThat(all.put(key, value)).isNull());
    }
    return all;
  }

  private long applied() {
    long applied = 0;
    for (int shard = 0; shard < SHARDS; shard++) {
      applied += pipeline.head(shard).counts().applied();
    }
    return applied;
  }

  /** The savepoint, then these records of this job's stream. */
  private void requireStateAndThen(List<StreamRecord> records) {
    List<StreamRecord> expected = new ArrayList<>(before);
    expected.addAll(records);
    assertThat(state()).isEqualTo(Pipeline.fold(expected));
    assertThat(applied()).isEqualTo(expected.size());
    for (int shard = 0; shard < SHARDS; shard++) {
      assertThat(pipeline.head(shard).hasGap()).isFalse();
    }
  }

  @Test
  void aFreshJobGoesOnFromTheHorizon() {
    put("a", "b");

    restore("--positions horizon");
    requireStateAndThen(List.of());
    deliver();

    requireStateAndThen(all());
  }

  @Test
  void noStateIsCopied() {
    pipeline.checkpoints().request(Pipeline.JOB, Request.command(ASKED));
    List<FilePath> files = pipeline.storage().paths();

    Pipeline.tick(pipeline.coordinator());

    assertThat(pipeline.storage().paths()).isEqualTo(files);
    for (int shard = 0; shard < SHARDS; shard++) {
      List<Entry> journal = pipeline.journal(shard);
      assertThat(journal).hasSize(2);
      assertThat(journal.getFirst())
          .isInstanceOfSatisfying(
              Entry.Opened.class, opened -> assertThat(opened.header().suspended()).isTrue());
      assertThat(journal.getLast())
          .isInstanceOfSatisfying(
              Entry.Restored.class,
              restored -> {
                assertThat(restored.header().suspended()).isFalse();
                assertThat(restored.handle().manifest().runs())
                    .as("of the two shards of four that overlap each of three")
                    .hasSize(2)
                    .allMatch(run -> SAVEPOINT.relativize(run.file().path()).isPresent());
              });
    }
  }

  @Test
  void aFreshJobGoesOnFromATime() {
    put("a");
    pipeline.pass(Duration.ofMinutes(20));
    Instant time = pipeline.now();
    put("b", "c");
    List<StreamRecord> since =
        all().stream().filter(record -> !record.arrival().isBefore(time)).toList();
    assertThat(since).hasSize(2 * KEYS);

    restore("--positions " + time);
    deliver();

    requireStateAndThen(since);
  }

  @Test
  void aFreshJobGoesOnFromATimeAfterTheLastRecord() {
    put("a");
    pipeline.pass(Duration.ofMinutes(20));

    restore("--positions " + pipeline.now());
    deliver();
    requireStateAndThen(List.of());
    int old = all().size();
    put("b");
    deliver();

    assertThat(all()).hasSize(old + KEYS);
    requireStateAndThen(
        all().stream()
            .filter(record -> new String(record.data(), StandardCharsets.UTF_8).equals("b"))
            .toList());
  }

  @Test
  void aJobThatHasReadItsStreamReadsItAgainFromTheHorizon() {
    put("a", "b");
    deliver();
    put("c");

    restore("--positions horizon");
    requireStateAndThen(
        all().stream()
            .filter(record -> !new String(record.data(), StandardCharsets.UTF_8).equals("c"))
            .toList());
    deliver();

    requireStateAndThen(all());
  }

  @Test
  void aJobThatHasReadItsStreamReadsItAgainFromATime() {
    put("a");
    pipeline.pass(Duration.ofMinutes(20));
    Instant time = pipeline.now();
    put("b");
    deliver();
    put("c");

    restore("--positions " + time);
    deliver();

    requireStateAndThen(all().stream().filter(record -> !record.arrival().isBefore(time)).toList());
  }

  @Test
  void whatWaitsFromBeforeTheTimeIsPassedOver() {
    put("a");
    deliver();
    put("waits");
    pipeline.pass(Duration.ofMinutes(20));
    Instant time = pipeline.now();
    put("b");

    restore("--positions " + time);
    deliver();

    requireStateAndThen(all().stream().filter(record -> !record.arrival().isBefore(time)).toList());
  }

  @Test
  void whatIsAboutToExpireIsNotReadAgain() {
    put("a");
    pipeline.pass(Duration.ofHours(23).plusMinutes(50));
    put("b");
    deliver();

    restore("--positions horizon");

    requireStateAndThen(
        all().stream()
            .filter(record -> new String(record.data(), StandardCharsets.UTF_8).equals("b"))
            .toList());
  }

  @Test
  void whatIsGoneIsLeftOutIfThatIsAccepted() {
    put("a");
    deliver();

    restore("--positions 2026-11-19T00:00:00Z --accept-gap");

    requireStateAndThen(all());
  }

  @Test
  void theNextCheckpointHasAllOfItAndIsRestoredByItself() {
    put("a");

    restore("--positions horizon");

    for (int shard = 0; shard < SHARDS; shard++) {
      Entry.Base base =
          (Entry.Base) pipeline.journal().fromLastBase(Pipeline.subtask(shard)).getFirst();
      assertThat(base).isInstanceOf(Entry.Snapshotted.class);
      assertThat(base.handle().stateFile()).isPresent();
      assertThat(base.handle().manifest().runs())
          .hasSizeLessThanOrEqualTo(1)
          .allMatch(run -> Layout.isOwn(Pipeline.JOB, run.file().path()));
    }
    deleteSavepoint();
    deliver();
    pipeline.serve("restore latest");

    requireStateAndThen(all());
  }

  private void deleteSavepoint() {
    pipeline.storage().list(SAVEPOINT).forEach(file -> pipeline.storage().delete(file.path()));
  }

  @Test
  void itsUndoingLeadsBackToWhatWasThere() {
    put("a");
    deliver();
    pipeline.checkpoint(pipeline.container());
    put("b");
    deliver();
    restore("--positions horizon");

    pipeline.serve("undo");

    assertThat(state()).isEqualTo(Pipeline.fold(all()));
    assertThat(applied()).isEqualTo(all().size());
  }

  @Test
  void whatTheStreamForgotIsMissedByARestoreToBeforeIt() {
    restore("--positions horizon");
    String untouched = savepointOf(pipeline);
    put("a", "b");
    deliver();
    for (int shard = 0; shard < SHARDS; shard++) {
      pipeline.stream().trim(Pipeline.shard(shard), pipeline.all(shard).get(1).sequenceNumber());
    }
    // From now on its oldest record is the first that the stream still has.
    restore("--positions horizon");

    pipeline.serve("restore " + untouched);

    assertThat(pipeline.job().refusal().orElseThrow().reason()).contains("is beyond retention");
  }

  private static String savepointOf(Pipeline pipeline) {
    String directory = "savepoints/words/savepoint-" + pipeline.job().next();
    pipeline.serve("savepoint");
    return directory;
  }

  @Test
  void aSavepointCanBeTakenOfItAtOnce() {
    restore("--positions horizon");

    String again = savepointOf(pipeline);
    deleteSavepoint();
    put("a");
    deliver();
    pipeline.serve("restore " + again);
    assertThat(pipeline.job().refusal()).isEmpty();

    requireStateAndThen(all());
  }

  @Test
  void aCoordinatorThatDiesAfterAnyWriteIsFollowedToTheSameEnd() {
    boolean died = true;
    int writes = 0;
    while (died) {
      writes++;
      RestoreIntoAnotherStreamTest life = new RestoreIntoAnotherStreamTest();
      life.savepoint();
      died = life.diesAfter(writes);
    }
    // At least: the epoch, each shard opened and restored, replaying, running.
    assertThat(writes).isGreaterThanOrEqualTo(1 + 2 * SHARDS + 2);
  }

  private boolean diesAfter(int writes) {
    put("a", "b");
    // One shard is open, the others are not.
    run(pipeline.container(), 0, pipeline.all(0));
    pipeline.checkpoints().request(Pipeline.JOB, Request.command(ASKED));
    Death death = new Death(writes);
    Coordinator mortal = pipeline.coordinator(death);
    for (int i = 0; i < 5; i++) {
      death.watch(() -> Pipeline.tick(mortal));
      // A mapping tries all the time.
      tryToDeliver();
    }
    pipeline.goOn();
    deliver();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    for (int shard = 0; shard < SHARDS; shard++) {
      assertThat(pipeline.journal(shard).stream().filter(Entry.Restored.class::isInstance))
          .as("died after write %d", writes)
          .hasSize(1);
    }
    requireStateAndThen(all());
    return death.happened();
  }

  private void tryToDeliver() {
    for (int shard = 0; shard < SHARDS; shard++) {
      try {
        run(pipeline.container(), shard, pipeline.all(shard));
      } catch (TaskException refused) {
        assertThat(refused).hasMessageContaining("is being restored, and no task opens a shard");
      }
    }
  }

  @Test
  void aTaskThatOpensAShardMeanwhileHasNoPartInTheOutcome() {
    boolean met = true;
    for (int call = 1; met; call++) {
      RestoreIntoAnotherStreamTest race = new RestoreIntoAnotherStreamTest();
      race.savepoint();
      met = race.meetsATask(call);
    }
  }

  /** A task gets the first batches right before the n-th call of the coordinator. */
  private boolean meetsATask(int call) {
    put("a", "b");
    int[] calls = {0};
    Tap meeting =
        new Tap() {
          @Override
          public void before(Call seen) {
            if (++calls[0] == call) {
              tryToDeliver();
            }
          }
        };
    pipeline.checkpoints().request(Pipeline.JOB, Request.command(ASKED));
    Pipeline.tick(pipeline.coordinator(meeting));
    pipeline.goOn();
    deliver();
    assertThat(pipeline.job().refusal()).isEmpty();
    requireStateAndThen(all());
    return calls[0] >= call;
  }

  @Test
  void twoCoordinatorsDoItOnce() {
    put("a");
    pipeline.checkpoints().request(Pipeline.JOB, Request.command(ASKED));
    boolean[] met = {false};
    Tap meeting =
        new Tap() {
          @Override
          public void before(Call seen) {
            if (seen.name().equals("journal.open") && !met[0]) {
              met[0] = true;
              Pipeline.tick(pipeline.coordinator());
            }
          }
        };

    Pipeline.tick(pipeline.coordinator(meeting));
    pipeline.goOn();
    deliver();

    assertThat(met[0]).isTrue();
    for (int shard = 0; shard < SHARDS; shard++) {
      assertThat(pipeline.journal(shard).stream().filter(Entry.Opened.class::isInstance))
          .hasSize(1);
      assertThat(pipeline.journal(shard).stream().filter(Entry.Restored.class::isInstance))
          .hasSize(1);
    }
    requireStateAndThen(all());
  }

  @Test
  void aRestoreThatSupersedesItLeavesNothingOfIt() {
    put("a");
    run(pipeline.container(), 0, pipeline.all(0));
    pipeline.checkpoint(pipeline.container());
    pipeline.checkpoints().request(Pipeline.JOB, Request.command(ASKED));
    // Dies when the two other shards are opened, and have no state yet.
    Death death = new Death(3);
    death.watch(() -> Pipeline.tick(pipeline.coordinator(death)));
    assertThat(pipeline.journal(2)).singleElement().isInstanceOf(Entry.Opened.class);

    pipeline.serve("restore 1");
    deliver();

    assertThat(state()).isEqualTo(Pipeline.fold(all()));
  }

  @Test
  void aShardThatTheStreamNoLongerHasIsLeftWhereItIs() {
    SubtaskId gone = Pipeline.subtask(9);
    SequenceNumber last = new SequenceNumber("900");
    Entry.Header header =
        new Entry.Header(
            new Revision(1),
            new EntryId("gone"),
            Optional.empty(),
            new Epoch(1),
            Position.after(last),
            Position.after(last),
            Optional.of(last),
            new Counts(1, 0),
            Entry.Writer.MAPPING,
            pipeline.now(),
            Optional.empty(),
            false,
            Optional.empty());
    Origin origin = new Origin(new StartPosition.TrimHorizon(), HashRange.ALL);
    pipeline.journal().open(gone, new Entry.Opened(header, origin));
    put("a");

    pipeline.serve(ASKED);
    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("shard shardId-000000000009 is no longer in the stream");
    restore("--positions horizon --accept-gap");
    deliver();

    Entry.Header left = pipeline.head(9);
    assertThat(left.hasGap()).isFalse();
    assertThat(left.counts()).isEqualTo(Counts.NONE);
    requireStateAndThen(all());
  }

  @Test
  void aSavepointOfAnotherStageIsRefused() {
    ShardId shard = Pipeline.shard(0);
    run(
        new Task<>(
            TaskSettings.of(Pipeline.JOB, new StageId("total")),
            pipeline.taskPorts(Tap.NONE),
            Words::new),
        0,
        pipeline.put(0, "a"));
    assertThat(pipeline.checkpoints().subtasks(Pipeline.JOB))
        .containsExactly(new SubtaskId(Pipeline.JOB, new StageId("total"), shard));

    pipeline.serve("restore " + SAVEPOINT + " --positions horizon");

    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("it has the state of stage count, and job words has stage total")
        .contains("deploy the job with a stage of that name");
  }

  @Test
  void withoutPositionsItSaysWhatToChoose() {
    pipeline.serve("restore " + SAVEPOINT);

    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("is of job before")
        .contains("--positions same")
        .contains("--positions horizon or a time");
  }

  @Test
  void asTheSameStreamItIsRefused() {
    pipeline.serve("restore " + SAVEPOINT + " --positions same");

    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("shard shardId-000000000000 has the keys")
        .contains("if job words reads another stream, choose where to begin: --positions horizon");
  }

  @Test
  void noTaskOpensAShardMeanwhile() {
    put("a");
    pipeline.checkpoints().request(Pipeline.JOB, Request.command(ASKED));
    Death death = new Death(1);
    death.watch(() -> Pipeline.tick(pipeline.coordinator(death)));
    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Restoring.class);

    assertThatThrownBy(() -> run(pipeline.container(), 0, pipeline.all(0)))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining(
            "job words is being restored, and no task opens a shard until" + " that has ended");
  }
}
