package dev.cairn.coordinator.commanding;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.STAGE;
import static dev.cairn.pipeline.Pipeline.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.collecting.GarbageCollection;
import dev.cairn.coordinator.collecting.GarbageCollection.Findings;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Fork;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.TaskSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A second job begins from a checkpoint of the first; both go on, each in its own folder. */
class ForkTest {
  // Begins as the parent's name does: their folders must not be taken for each other.
  private static final JobId CHILD = new JobId(JOB + "-trial");
  private static final SubtaskId OF_CHILD = new SubtaskId(CHILD, STAGE, Pipeline.shard(0));
  private static final Duration LONGEST = Pipeline.PROMPT.longestInvocation();

  private final Pipeline pipeline = new Pipeline(1);

  private Task<String> container(JobId job) {
    return pipeline.container(Tap.NONE, TaskSettings.of(job, STAGE));
  }

  private void tick(JobId job) {
    pipeline.coordinator().on(new Event.Tick(job));
    pipeline.deliverWakes(container(job));
  }

  private void ask(JobId job, String command) {
    pipeline.checkpoints().request(job, Request.command(command));
    for (int i = 0; i < 5; i++) {
      tick(job);
    }
  }

  private Job job(JobId id) {
    return pipeline.checkpoints().job(id).orElseThrow();
  }

  private String refusal(JobId job, String command) {
    ask(job, command);
    return job(job).refusal().orElseThrow().reason();
  }

  private void done(JobId job, String command) {
    Optional<Job.Refusal> before = job(job).refusal();
    ask(job, command);
    assertThat(job(job).refusal())
        .satisfiesAnyOf(
            refusal -> assertThat(refusal).isEmpty(),
            refusal -> assertThat(refusal).isEqualTo(before));
    assertThat(job(job).request()).isEmpty();
  }

  /** Applies words to one job's shard, and takes a checkpoint of it. */
  private void goOn(JobId job, String... words) {
    if (words.length > 0) {
      run(container(job), 0, pipeline.put(0, words));
    }
    pipeline.pass(LONGEST.plusMillis(1));
    done(job, "checkpoint");
  }

  private Set<FilePath> files(JobId job) {
    return pipeline.storage().list(Layout.job(job)).stream()
        .map(stored -> stored.path())
        .collect(Collectors.toSet());
  }

  /** The parent has checkpoint 1, and its fork the shard that its first record opened. */
  private void fork() {
    goOn(JOB, "size:20000", "a");
    done(JOB, "fork 1 " + CHILD);
    assertThat(job(CHILD).status()).isInstanceOf(JobStatus.Restoring.class);
    for (int i = 0; i < 3; i++) {
      tick(CHILD);
    }
    assertThat(job(CHILD).status()).isEqualTo(new JobStatus.Running());
  }

  @Test
  void theChildBeginsFromTheParentsFilesAndCopiesNone() {
    goOn(JOB, "a", "b");
    Set<FilePath> before = files(JOB);

    done(JOB, "fork 1 " + CHILD);
    for (int i = 0; i < 3; i++) {
      tick(CHILD);
    }

    assertThat(files(CHILD)).allMatch(file -> file.fileName().equals("_metadata"));
    assertThat(files(JOB)).isEqualTo(before);
    assertThat(pipeline.state(OF_CHILD)).isEqualTo(pipeline.state(0));
    Entry.Restored restored =
        pipeline.entries(OF_CHILD).stream()
            .filter(Entry.Restored.class::isInstance)
            .map(Entry.Restored.class::cast)
            .findFirst()
            .orElseThrow();
    assertThat(restored.handle()).isEqualTo(base(0).handle());
    assertThat(restored.hasForeignFiles(CHILD)).isFalse();
  }

  /** What would be missing in its state, nobody would notice. */
  @Test
  void aForkThatIsDeployedAfterItsRecordsExpiredDoesNotBegin() {
    forkOfWhatExpires();
    pipeline.pass(pipeline.stream().retention());

    tick(CHILD);

    assertThat(job(CHILD).status()).isInstanceOf(JobStatus.Restoring.class);
    assertThat(job(CHILD).refusal().orElseThrow().reason())
        .contains(
            "has begun and cannot continue: shard "
                + OF_CHILD.shard()
                + " is beyond"
                + " retention");
    assertThat(pipeline.entries(OF_CHILD)).isEmpty();
  }

  /** The record at its position is gone there too, and nothing that follows it. */
  @Test
  void aForkWithAnIdleShardBegins() {
    forkOfWhatExpires();

    tick(CHILD);

    assertThat(pipeline.entries(OF_CHILD)).hasSize(2);
  }

  private void forkOfWhatExpires() {
    goOn(JOB, "a", "b");
    done(JOB, "fork 1 " + CHILD);
    run(container(JOB), 0, pipeline.put(0, "c", "d"));
    pipeline.stream().trim(OF_CHILD.shard(), pipeline.all(0).getLast().sequenceNumber());
  }

  private Entry.Base base(int shard) {
    return (Entry.Base) pipeline.journal().fromLastBase(Pipeline.subtask(shard)).getFirst();
  }

  @Test
  void bothGoOnApartAndTheChildsStateIsWhatAFoldLeaves() {
    fork();
    run(container(JOB), 0, pipeline.put(0, "of both"));
    run(container(CHILD), 0, pipeline.all(0));
    goOn(JOB, "of the parent alone, so far");
    assertThat(pipeline.state(OF_CHILD)).isEqualTo(Pipeline.fold(pipeline.all(0).subList(0, 3)));

    run(container(CHILD), 0, pipeline.all(0));

    assertThat(pipeline.state(OF_CHILD)).isEqualTo(Pipeline.fold(pipeline.all(0)));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void theParentsFilesStayWhileTheChildNeedsThemAndGoAfterwards() {
    fork();
    Set<FilePath> shared = filesOfCheckpoint1();
    for (int i = 0; i < 12; i++) {
      goOn(JOB, "word-" + i);
    }
    assertThat(pipeline.checkpoints().checkpoint(JOB, new CheckpointId(1)))
        .containsInstanceOf(Checkpoint.Subsumed.class);
    assertThat(files(JOB)).containsAll(shared);
    assertThat(shared)
        .allSatisfy(file -> assertThat(verdict(file)).endsWith("the fork " + CHILD + " needs it"));

    run(container(CHILD), 0, pipeline.all(0));
    assertThat(pipeline.state(OF_CHILD)).isEqualTo(Pipeline.fold(pipeline.all(0)));

    // The child gets files of its own; those checkpoints that name the parent's are subsumed.
    copy();
    assertThat(files(JOB)).containsAll(shared);
    goOn(CHILD, "again");
    goOn(CHILD, "and again");
    assertThat(pipeline.checkpoints().forkedFrom(CHILD)).isEmpty();
    assertThat(files(JOB)).as("until the parent collects").containsAll(shared);

    run(container(JOB), 0, pipeline.all(0));
    goOn(JOB, "last");

    // The run is the parent's own oldest one, which its last checkpoints still name.
    assertThat(files(JOB)).filteredOn(shared::contains).noneMatch(file -> !isRun(file));
    assertThat(shared)
        .filteredOn(ForkTest::isRun)
        .allSatisfy(file -> assertThat(verdict(file)).doesNotContain("the fork"));
    assertThat(pipeline.checkpoints().forks(JOB)).isEmpty();
    assertThat(pipeline.state(OF_CHILD))
        .isEqualTo(Pipeline.fold(pipeline.all(0).subList(0, pipeline.all(0).size() - 1)));
  }

  /** The child restores a savepoint of its own, twice: an undo does not lead back either. */
  private void copy() {
    done(CHILD, "savepoint");
    FilePath savepoint =
        pipeline.checkpoints().checkpoints(CHILD).stream()
            .filter(Checkpoint::isSavepoint)
            .map(one -> ((Checkpoint.Completed) one).metadata().path())
            .reduce((first, second) -> second)
            .orElseThrow();
    done(CHILD, "restore " + savepoint);
    goOn(CHILD, "copied");
    done(CHILD, "restore latest");
  }

  private static boolean isRun(FilePath file) {
    return file.fileName().startsWith("run-");
  }

  private Set<FilePath> filesOfCheckpoint1() {
    Set<FilePath> files =
        found().references().needed().keySet().stream()
            .filter(file -> file.value().startsWith(JOB + "/"))
            .collect(Collectors.toSet());
    assertThat(files).hasSize(3);
    return files;
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

  private String verdict(FilePath path) {
    Findings.Found found = found();
    return found.files().stream()
        .filter(file -> file.path().equals(path))
        .map(file -> found.verdict(file).toString())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aCancelledParentThatDeletesItsCheckpointsKeepsWhatIsForked() {
    fork();
    goOn(JOB, "b");
    Set<FilePath> shared =
        found().references().needed().keySet().stream()
            .filter(file -> verdict(file).contains("the fork " + CHILD))
            .collect(Collectors.toSet());
    ask(JOB, "cancel --delete");
    pipeline.pass(LONGEST.multipliedBy(2));
    tick(JOB);
    assertThat(files(JOB)).containsAll(shared);
    pipeline.pass(LONGEST.multipliedBy(10));

    done(CHILD, "cancel");
    ask(JOB, "unfork " + CHILD);
    assertThat(job(JOB).refusal()).isEmpty();
    tick(JOB);

    assertThat(files(JOB)).doesNotContain(Layout.metadata(JOB, new CheckpointId(1)));
    assertThat(pipeline.checkpoints().forks(JOB)).isEmpty();
  }

  @Test
  void whatTheForksForkNeedsTheForkKeeps() {
    fork();
    JobId grandchild = new JobId("another");
    pipeline.pass(LONGEST);
    // Nothing of the child is new, so its checkpoint is the parent's state carried forward.
    done(CHILD, "checkpoint");
    done(CHILD, "fork " + job(CHILD).latest().orElseThrow() + " " + grandchild);
    copy();
    goOn(CHILD, "again");
    goOn(CHILD, "and again");

    assertThat(pipeline.checkpoints().forkedFrom(CHILD))
        .as("the grandchild needs the parent's files by the child's checkpoint")
        .isPresent();

    done(CHILD, "unfork " + grandchild);
    goOn(CHILD, "once more");
    assertThat(pipeline.checkpoints().forkedFrom(CHILD)).isEmpty();
    assertThat(job(grandchild).status())
        .as("one that was never deployed does not begin any more")
        .isEqualTo(new JobStatus.Halted(new Halt.Cancelled(true)));
  }

  /** The child's coordinator is about to make a call when its parent releases the fork. */
  private void unforkBefore(String call) {
    goOn(JOB, "a", "b");
    done(JOB, "fork 1 " + CHILD);
    boolean[] isReleased = {false};
    Tap tap =
        new Tap() {
          @Override
          public void before(Call made) {
            if (made.name().equals(call) && !isReleased[0]) {
              isReleased[0] = true;
              ask(JOB, "unfork " + CHILD);
            }
          }
        };
    pipeline.coordinator(tap).on(new Event.Tick(CHILD));
    assertThat(isReleased[0]).isTrue();
  }

  @Test
  void aForkThatIsReleasedBeforeItOpensItsFirstShardOpensNone() {
    unforkBefore("journal.open");

    assertThat(job(CHILD).status()).isEqualTo(new JobStatus.Halted(new Halt.Cancelled(true)));
    assertThat(pipeline.entries(OF_CHILD)).isEmpty();
    assertThat(pipeline.checkpoints().forks(JOB)).allMatch(Fork::isReleased);
  }

  @Test
  void aForkThatHasOpenedItsFirstShardIsNotReleasedUnlessItIsCancelled() {
    unforkBefore("journal.append");

    assertThat(job(JOB).refusal().orElseThrow().reason())
        .contains("the fork words-trial is RESTORING and may need the files");
    assertThat(pipeline.checkpoints().forks(JOB)).noneMatch(Fork::isReleased);
  }

  @Test
  void aCancelledForkThatWasReleasedIsNotResumedAndNotRestoredToWhatItBorrowed() {
    fork();
    pipeline.pass(LONGEST);
    // Nothing of the child is new, so its checkpoint is the parent's state carried forward.
    done(CHILD, "checkpoint");
    done(CHILD, "cancel --retain");
    done(JOB, "unfork " + CHILD);
    done(JOB, "unfork " + CHILD);

    assertThat(refusal(CHILD, "resume"))
        .contains("was a fork of words, and the files that it began from were released");
    assertThat(refusal(CHILD, "restore latest")).contains("which was released at");
    assertThat(refusal(CHILD, "fork 1 " + CHILD + "-2")).contains("which was released at");
    assertThat(job(CHILD).status()).isEqualTo(new JobStatus.Halted(new Halt.Cancelled(false)));
  }

  @Test
  void aForkIsReleasedOrResumedButNotBoth() {
    fork();
    done(CHILD, "cancel --retain");
    boolean[] isReleased = {false};
    Tap tap =
        new Tap() {
          @Override
          public void before(Call made) {
            if (made.name().equals("checkpoints.move") && !isReleased[0]) {
              isReleased[0] = true;
              ask(JOB, "unfork " + CHILD);
            }
          }
        };
    pipeline.checkpoints().request(CHILD, Request.command("resume"));
    pipeline.coordinator(tap).on(new Event.Tick(CHILD));
    tick(CHILD);

    assertThat(job(CHILD).status()).isEqualTo(new JobStatus.Halted(new Halt.Cancelled(false)));
    assertThat(job(CHILD).refusal().orElseThrow().reason()).contains("was a fork of words");
  }

  @Test
  void aCancelledForkWithAForkOfItsOwnIsNotReleased() {
    fork();
    pipeline.pass(LONGEST);
    done(CHILD, "checkpoint");
    done(CHILD, "fork " + job(CHILD).latest().orElseThrow() + " another");
    done(CHILD, "cancel --retain");

    assertThat(refusal(JOB, "unfork " + CHILD))
        .contains("has itself a fork, another", "cairn fork --job words-trial --release another");
    assertThat(pipeline.checkpoints().forks(JOB)).noneMatch(Fork::isReleased);
  }

  @Test
  void aRunningForkIsNotReleasedByItsParent() {
    fork();

    assertThat(refusal(JOB, "unfork " + CHILD))
        .contains("the fork words-trial is RUNNING and may need the files", "cairn cancel --job");
    assertThat(refusal(JOB, "unfork nobody"))
        .isEqualTo("job words has no fork nobody (it has words-trial): no files are kept for it");
    assertThat(pipeline.checkpoints().forkedFrom(CHILD)).isPresent();
  }

  @Test
  void anUndoInTheChildLeadsNowhereBeforeItsFirstCheckpoint() {
    fork();

    assertThat(refusal(CHILD, "undo")).contains("there is nothing to undo");
    assertThat(refusal(CHILD, "restore words/chk-1 --positions same"))
        .contains("is a checkpoint of job words", "cairn fork --job words");
  }

  @Test
  void whatCannotBeForkedIsRefusedByName() {
    goOn(JOB, "a");
    done(JOB, "savepoint mine");

    assertThat(refusal(JOB, "fork 9 trial")).contains("checkpoint 9 is unknown");
    assertThat(refusal(JOB, "fork 1 words")).contains("a fork is another job");
    assertThat(refusal(JOB, "fork 2 trial"))
        .contains(
            "savepoint 2 can be moved and deleted by its owner",
            "restore there savepoints/words/savepoint-2-mine/_metadata with --positions same");
    done(JOB, "fork 1 trial");
    assertThat(refusal(JOB, "fork 1 trial")).contains("there is a job trial in the table already");
    for (int i = 0; i < 3; i++) {
      goOn(JOB, "b-" + i);
    }
    assertThat(refusal(JOB, "fork 1 other")).contains("checkpoint 1 is SUBSUMED");
  }

  @Test
  void aCheckpointWhoseFilesAreDamagedIsNotForked() {
    goOn(JOB, "size:20000");
    FilePath run =
        files(JOB).stream()
            .filter(file -> file.value().contains("/shared/"))
            .findFirst()
            .orElseThrow();
    pipeline.storage().delete(run);

    assertThat(refusal(JOB, "fork 1 trial")).contains("checkpoint 1 cannot be forked", run.value());
    assertThat(pipeline.checkpoints().job(new JobId("trial"))).isEmpty();
    assertThat(pipeline.checkpoints().forks(JOB)).isEmpty();
  }

  @Test
  void aDisposedCheckpointsFilesStayForTheFork() {
    fork();
    goOn(JOB, "b");
    Set<FilePath> shared =
        found().references().needed().keySet().stream()
            .filter(file -> verdict(file).contains("the fork " + CHILD))
            .collect(Collectors.toSet());

    done(JOB, "dispose 1");
    goOn(JOB, "c");

    assertThat(shared).isNotEmpty();
    assertThat(files(JOB)).containsAll(shared);
  }

  @Test
  void aRequestIsServedOnceByTwoCoordinators() {
    goOn(JOB, "a");
    pipeline.checkpoints().request(JOB, Request.command("fork 1 trial"));
    List<Coordinator> both = List.of(pipeline.coordinator(), pipeline.coordinator());
    both.forEach(one -> one.on(new Event.Requested(JOB)));

    assertThat(pipeline.checkpoints().forks(JOB)).hasSize(1);
    assertThat(job(JOB).refusal()).isEmpty();
  }

  /** What a fork's checkpoint borrows goes with its parent's collection, wherever it is named. */
  @ParameterizedTest
  @ValueSource(strings = {"words", "words-trial"})
  void aCopyOfMetadataThatNamesBorrowedFilesIsRestoredByNobody(String by) {
    fork();
    goOn(CHILD);
    byte[] bytes =
        pipeline.storage().get(Layout.metadata(CHILD, new CheckpointId(1))).orElseThrow();
    pipeline.storage().put(new FilePath("elsewhere/_metadata"), bytes, Sha256.of(bytes));

    assertThat(refusal(new JobId(by), "restore elsewhere/_metadata --positions same"))
        .contains("is a checkpoint of job words, which deletes its files");
  }
}
