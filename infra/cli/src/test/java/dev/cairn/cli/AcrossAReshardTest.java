package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.cli.ReshardStory.FedJob;
import dev.cairn.cli.ReshardStory.Moment;
import dev.cairn.cli.inspect.SelfContainedCopy;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.stream.StreamRecord;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Commands before, during and after a split and a merge, on states that were stored before, during
 * and after them. At the end, the state of each key is what a fold over all records leaves.
 */
class AcrossAReshardTest {
  private static final JobId OTHER = new JobId("trial");

  private final ReshardStory story = new ReshardStory();
  private final FedJob job = story.main();

  private static Stream<Moment> from(Moment first) {
    return Arrays.stream(Moment.values()).filter(moment -> moment.compareTo(first) >= 0);
  }

  /** Each pair of moments: a state is stored at one, and used at the same or a later one. */
  static Stream<Arguments> moments() {
    return Arrays.stream(Moment.values())
        .flatMap(taken -> from(taken).map(used -> Arguments.of(taken, used)));
  }

  static Stream<Arguments> storedStates() {
    return Stream.of("checkpoint", "savepoint")
        .flatMap(kind -> moments().map(row -> Arguments.of(kind, row.get()[0], row.get()[1])));
  }

  private Checkpoint.Completed take(String kind, Moment at) {
    story.to(at);
    Checkpoint.Completed taken = job.take(kind);
    var unused = story.requireWhole(taken.metadata().path());
    return taken;
  }

  @ParameterizedTest
  @EnumSource(Moment.class)
  void theStoryAloneEndsWithTheFold(Moment at) {
    story.to(at).end();
  }

  @ParameterizedTest(name = "a {0} of {1}, at {2}")
  @MethodSource("storedStates")
  void aRestore(String kind, Moment taken, Moment used) {
    Checkpoint.Completed state = take(kind, taken);
    story.to(used);

    job.cairn("restore", state.id().toString());

    job.requireRunning();
    story.end();
  }

  @ParameterizedTest(name = "a {0} of {1}, at {2}")
  @MethodSource("storedStates")
  void theUndoOfARestore(String kind, Moment taken, Moment used) {
    Checkpoint.Completed state = take(kind, taken);
    story.to(used);
    var unused = job.take("checkpoint");
    job.cairn("restore", state.id().toString());

    job.cairn("undo");

    job.requireRunning();
    story.end();
  }

  @ParameterizedTest(name = "a checkpoint of {0}, at {1}")
  @MethodSource("moments")
  void aFork(Moment taken, Moment used) {
    Checkpoint.Completed state = take("checkpoint", taken);
    story.to(used);

    job.cairn("fork", state.id().toString(), "--as", OTHER.value());
    FedJob trial = story.fork(OTHER);
    trial.goOn();

    trial.requireRunning();
    story.end();
  }

  @ParameterizedTest(name = "of {0}, at {1}")
  @MethodSource("moments")
  void aSavepointThatIsDisposedOf(Moment taken, Moment used) {
    Checkpoint.Completed state = take("savepoint", taken);
    FilePath directory = state.trigger().savepoint().orElseThrow().directory();
    assertThat(story.pipeline().storage().list(directory)).isNotEmpty();
    story.to(used);

    job.cairn("dispose", state.id().toString());

    assertThat(story.pipeline().storage().list(directory)).isEmpty();
    assertThat(job.refused("restore", state.id().toString())).contains("is DISPOSED");
    story.end();
  }

  @ParameterizedTest(name = "a {0} of {1}, at {2}")
  @MethodSource("storedStates")
  void anExportAndItsRestore(String kind, Moment taken, Moment used) {
    Checkpoint.Completed state = take(kind, taken);
    story.to(used);

    FilePath copy = export(state);

    assertThat(story.requireWhole(copy)).isEqualTo(story.requireWhole(state.metadata().path()));
    job.cairn("restore", copy.value());
    job.requireRunning();
    story.end();
  }

  /** As {@code cairn export} does, whose target is a directory or a bucket. */
  private FilePath export(Checkpoint.Completed state) {
    InMemoryStorage storage = story.pipeline().storage();
    return new SelfContainedCopy(storage, storage, new FilePath("copies/of-it"), file -> {})
        .of(state.metadata())
        .path();
  }

  @ParameterizedTest(name = "a savepoint of {0}, at {1}")
  @MethodSource("moments")
  void aSavepointInAnotherJobOfTheStream(Moment taken, Moment used) {
    Checkpoint.Completed state = take("savepoint", taken);
    story.to(used);
    FedJob other = story.beside(OTHER);

    other.cairn("restore", state.metadata().path().value(), "--positions", "same");

    other.requireRunning();
    story.end();
  }

  @ParameterizedTest(name = "a savepoint of {0}, at {1}")
  @MethodSource("moments")
  void aRestoreFromATimeOn(Moment taken, Moment used) {
    Checkpoint.Completed state = take("savepoint", taken);
    List<StreamRecord> has = story.requireWhole(state.metadata().path());
    Instant time = story.pipeline().now();
    story.to(used);
    FedJob other = story.beside(OTHER);

    for (FedJob each : List.of(job, other)) {
      each.cairn("restore", state.metadata().path().value(), "--positions", time.toString());
      each.requireRunning();
      each.expect(has, time);
    }

    story.end();
  }

  @ParameterizedTest(name = "a checkpoint of {0}, at {1}")
  @MethodSource("moments")
  void theUndoOfARestoreFromTheHorizonOn(Moment taken, Moment used) {
    Checkpoint.Completed state = take("checkpoint", taken);
    List<StreamRecord> has = story.requireWhole(state.metadata().path());
    story.to(used);
    var unused = job.take("checkpoint");
    job.cairn("restore", state.id().toString(), "--positions", "horizon");
    job.expect(has, Instant.EPOCH);
    story.end();

    job.cairn("undo");

    job.requireRunning();
    job.expectAll();
    story.end();
  }

  @ParameterizedTest(name = "stopped at {0}, resumed at {1}")
  @MethodSource("moments")
  void aStopWithASavepointAndAResume(Moment stopped, Moment resumed) {
    story.to(stopped);
    CheckpointId next = job.job().next();
    job.cairn("stop", "final");
    assertThat(job.job().status()).isInstanceOf(JobStatus.Halted.class);
    Checkpoint.Completed savepoint = job.completed(next);
    var unused = story.requireWhole(savepoint.metadata().path());
    story.to(resumed);

    job.cairn("resume");

    job.requireRunning();
    story.end();
    job.cairn("restore", savepoint.id().toString());
    story.end();
  }

  @ParameterizedTest(name = "cancelled at {0}, resumed at {1}")
  @MethodSource("moments")
  void aCancelAndAResume(Moment cancelled, Moment resumed) {
    story.to(cancelled);
    job.cairn("cancel", "--retain");
    assertThat(job.job().status()).isInstanceOf(JobStatus.Halted.class);
    story.to(resumed);

    job.cairn("resume");

    job.requireRunning();
    story.end();
  }

  @ParameterizedTest(name = "a checkpoint of {0}, stopped at {1}")
  @MethodSource("moments")
  void aRestoreOfAStoppedJob(Moment taken, Moment stopped) {
    Checkpoint.Completed state = take("checkpoint", taken);
    story.to(stopped);
    job.cairn("stop");
    story.to(Moment.MERGED);

    job.cairn("restore", state.id().toString());

    job.requireRunning();
    story.end();
  }

  @ParameterizedTest(name = "triggered at {0}, until {1}")
  @MethodSource("moments")
  void aCheckpointThatIsPendingMeanwhileIsCompleted(Moment triggered, Moment until) {
    story.to(triggered);
    CheckpointId pending = job.job().next();
    job.request("checkpoint");
    job.tickAlone();
    story.to(until);
    story.end();

    Checkpoint.Completed completed = job.completed(pending);
    var unused = story.requireWhole(completed.metadata().path());
    job.cairn("restore", completed.id().toString());
    story.end();
  }

  @ParameterizedTest(name = "triggered at {0}")
  @EnumSource(Moment.class)
  void aPendingCheckpointThatTakesTooLongIsAborted(Moment triggered) {
    story.to(triggered);
    var unused = job.take("checkpoint");
    CheckpointId pending = job.job().next();
    job.request("savepoint");
    job.tickAlone();
    story.pipeline().pass(Pipeline.TIMEOUT.plusSeconds(1));
    job.tickAlone();
    assertThat(story.pipeline().checkpoints().checkpoint(job.id(), pending))
        .containsInstanceOf(Checkpoint.Aborted.class);

    Checkpoint.Completed next = job.take("savepoint");

    var ignored = story.requireWhole(next.metadata().path());
    story.end();
    job.cairn("restore", next.id().toString());
    story.end();
  }

  /** A state of the children, whose parent the stream has forgotten. */
  private Checkpoint.Completed takeWithoutParent(String kind) {
    story.to(Moment.CHILDREN_OPENED).forget();
    assertThat(story.pipeline().stream().isKnown(Pipeline.shard(0))).isFalse();
    Checkpoint.Completed taken = job.take(kind);
    var unused = story.requireWhole(taken.metadata().path());
    return taken;
  }

  private void requireForgottenAncestor(FedJob one) {
    one.requireRunning();
    assertThat(one.journal(0).getLast())
        .isInstanceOfSatisfying(
            Entry.Restored.class,
            restored -> assertThat(restored.mode()).isEqualTo(Entry.Restored.Mode.ANCESTOR));
    story.end();
  }

  @Test
  void aForgottenParentIsAnAncestorInAnotherJobOfTheStream() {
    Checkpoint.Completed state = takeWithoutParent("savepoint");
    FedJob other = story.beside(OTHER);

    other.cairn("restore", state.metadata().path().value(), "--positions", "same");

    requireForgottenAncestor(other);
  }

  @Test
  void aForgottenParentIsAnAncestorInAFork() {
    Checkpoint.Completed state = takeWithoutParent("checkpoint");

    job.cairn("fork", state.id().toString(), "--as", OTHER.value());
    FedJob other = story.fork(OTHER);
    other.goOn();

    requireForgottenAncestor(other);
  }

  @Test
  void aForgottenParentIsAnAncestorInARestoreFromTheHorizonOn() {
    Checkpoint.Completed state = takeWithoutParent("savepoint");
    FedJob other = story.beside(OTHER);
    List<StreamRecord> has = story.requireWhole(state.metadata().path());
    Instant kept = story.pipeline().now().minus(story.pipeline().stream().retention());

    other.cairn("restore", state.metadata().path().value(), "--positions", "horizon");

    other.expect(has, kept);
    other.requireRunning();
    story.end();
  }

  @Test
  void aStateWhoseRecordsAreForgottenIsRefused() {
    Checkpoint.Completed before = take("savepoint", Moment.BEFORE_THE_SPLIT);
    story.to(Moment.CHILDREN_OPENED).forget();
    FedJob other = story.beside(OTHER);

    assertThat(job.refused("restore", before.id().toString()))
        .contains("shard shardId-000000000000 is no longer in the stream, but its records would");
    assertThat(other.refused("restore", before.metadata().path().value(), "--positions", "same"))
        .contains(
            "there is state of shard shardId-000000000000, which neither the stream has nor job"
                + " trial has opened");
    job.requireRunning();
  }

  @Test
  void aStateOfUnknownShardsNeedsATimeOrTheHorizon() {
    Checkpoint.Completed state = take("savepoint", Moment.CHILDREN_OPENED);
    List<StreamRecord> has = story.requireWhole(state.metadata().path());
    Pipeline unsplit = story.pipeline().beside(OTHER, 1);
    String same =
        ReshardStory.textOf("restore", state.metadata().path().value(), "--positions", "same");
    String horizon =
        ReshardStory.textOf("restore", state.metadata().path().value(), "--positions", "horizon");

    unsplit.serve(same);
    assertThat(unsplit.job().refusal().orElseThrow().reason())
        .contains("which neither the stream has nor job trial has opened")
        .contains("--positions horizon, or a time");
    unsplit.serve(horizon);
    SubtaskId only = new SubtaskId(OTHER, Pipeline.STAGE, Pipeline.shard(0));
    assertThat(unsplit.state(only)).isEqualTo(ReshardStory.fold(has));
  }
}
