package dev.cairn.coordinator.commanding;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.command.Command;
import dev.cairn.command.CommandProgress;
import dev.cairn.command.CommandText;
import dev.cairn.command.InvalidCommandException;
import dev.cairn.command.TrackedCommand;
import dev.cairn.coordinator.CommandCalls;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.format.Fields;
import dev.cairn.format.Trees;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.StorageException;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Each command from the item to its end, and what whoever gave it is told meanwhile. */
class VerbsTest {
  private final Pipeline pipeline = new Pipeline(2);
  private final Task<String> container = pipeline.container();

  private void apply(String word) {
    for (int shard = 0; shard < 2; shard++) {
      run(container, shard, pipeline.put(shard, word));
    }
  }

  /** Ticks and wakes until the command is over, and tells each step. */
  private List<CommandProgress> follow(String text) {
    TrackedCommand asked = asked(text);
    assertThat(asked.submit(pipeline.checkpoints(), false)).isEmpty();
    List<CommandProgress> steps = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      CommandProgress progress = asked.progress(pipeline.checkpoints()).orElseThrow();
      if (steps.isEmpty() || !name(steps.getLast()).equals(name(progress))) {
        steps.add(progress);
      }
      tick(pipeline.coordinator());
      pipeline.deliverWakes(container);
    }
    return steps;
  }

  private TrackedCommand asked(String text) {
    try {
      return new TrackedCommand(pipeline.job(), CommandText.parse(text));
    } catch (InvalidCommandException e) {
      throw new AssertionError(e);
    }
  }

  private static Tap before(Consumer<Tap.Call> happens) {
    return new Tap() {
      @Override
      public void before(Call call) {
        happens.accept(call);
      }
    };
  }

  /** A process that ends before one of its calls. */
  private static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static String name(CommandProgress progress) {
    return switch (progress) {
      case CommandProgress.Waiting w -> "waiting";
      case CommandProgress.Refused(Job n, String reason) -> "refused: " + reason;
      case CommandProgress.Superseded s -> "superseded";
      case CommandProgress.UnderWay(Job n, String step, String t, Optional<Checkpoint> c) -> step;
      case CommandProgress.Done(Job n, String step, String t, Optional<Checkpoint> c) -> step;
      case CommandProgress.Failed(Job n, String step, String t, Optional<Checkpoint> c) -> step;
    };
  }

  private List<String> steps(String text) {
    return follow(text).stream().map(VerbsTest::name).toList();
  }

  private Checkpoint.Completed completed(CommandProgress progress) {
    assertThat(progress).isInstanceOf(CommandProgress.Done.class);
    return (Checkpoint.Completed) ((CommandProgress.Done) progress).checkpoint().orElseThrow();
  }

  private List<FilePath> filesOf(Checkpoint savepoint) {
    FilePath directory = savepoint.trigger().savepoint().orElseThrow().directory();
    return pipeline.storage().list(directory).stream().map(stored -> stored.path()).toList();
  }

  @Test
  void whatIsAskedForDuringARestoreIsServedAfterIt() {
    apply("a");
    pipeline.checkpoint(container);
    apply("b");
    pipeline.checkpoints().request(JOB, Request.restore("1"));
    Tap whileItGoesOn =
        before(
            call -> {
              if (call.name().equals("checkpoints.job")
                  && pipeline.job().status() instanceof JobStatus.Restoring) {
                pipeline.checkpoints().request(JOB, Request.command("savepoint meanwhile"));
              }
            });
    tick(pipeline.coordinator(whileItGoesOn));
    Job asked = pipeline.job();

    // Whoever brings the job to its end has seen the request, and has not served it.
    assertThat(asked.command()).contains("savepoint meanwhile");
    for (int i = 0; i < 6; i++) {
      tick(pipeline.coordinator());
      pipeline.deliverWakes(container);
    }
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(pipeline.job().command()).isEmpty();
    assertThat(pipeline.checkpoints().checkpoints(JOB))
        .filteredOn(Checkpoint::isSavepoint)
        .singleElement()
        .isInstanceOf(Checkpoint.Completed.class);
  }

  @Test
  void whatSomebodyElseHasAskedMeanwhileIsNotOvertakenUnlessForced() {
    TrackedCommand mine = asked("savepoint mine");
    Request theirs = Request.command("savepoint theirs");
    pipeline.checkpoints().request(JOB, theirs);

    assertThat(mine.submit(pipeline.checkpoints(), false)).contains(theirs);
    assertThat(pipeline.job().request()).contains(theirs);

    assertThat(mine.submit(pipeline.checkpoints(), true)).isEmpty();
    assertThat(pipeline.job().request()).contains(mine.request());
  }

  @Test
  void askingTwiceIsAskingOnce() {
    TrackedCommand mine = asked("cancel");

    assertThat(mine.submit(pipeline.checkpoints(), false)).isEmpty();
    assertThat(mine.submit(pipeline.checkpoints(), false)).isEmpty();
    assertThat(pipeline.job().requests()).containsExactly(mine.request());
  }

  @Test
  void aCheckpointIsTakenBeforeItIsDue() {
    apply("a");
    List<CommandProgress> steps = follow("checkpoint");
    assertThat(steps.stream().map(VerbsTest::name))
        .containsExactly("waiting", "triggered", "completed");
    assertThat(completed(steps.getLast()).trigger().cause()).isEqualTo("checkpoint");
    assertThat(pipeline.job().latest()).contains(new CheckpointId(1));
  }

  @Test
  void aSavepointIsTakenRestoredAndDisposedOf() {
    apply("a");
    Checkpoint.Completed savepoint = completed(follow("savepoint before-upgrade").getLast());
    assertThat(savepoint.metadata().path().value())
        .isEqualTo("savepoints/words/savepoint-1-before-upgrade/_metadata");
    apply("b");
    assertThat(steps("restore 1")).startsWith("waiting").endsWith("running");
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
    assertThat(steps("checkpoint")).endsWith("completed");
    assertThat(filesOf(savepoint)).isNotEmpty();

    assertThat(steps("dispose 1")).containsExactly("waiting", "disposed");

    assertThat(filesOf(savepoint)).isEmpty();
    assertThat(pipeline.checkpoints().checkpoint(JOB, new CheckpointId(1)))
        .containsInstanceOf(Checkpoint.Subsumed.class);
    assertThat(name(follow("restore 1").getLast())).contains("checkpoint 1 is DISPOSED");
  }

  /** A restore puts every journal on the savepoint's own files, until the next snapshot. */
  @Test
  void aSavepointThatJournalsStandOnIsNotDisposedOf() {
    apply("a");
    Checkpoint.Completed savepoint = completed(follow("savepoint").getLast());
    assertThat(steps("restore 1")).endsWith("running");
    List<FilePath> files = filesOf(savepoint);

    String refused = name(follow("dispose 1").getLast());

    assertThat(refused)
        .contains(
            "refused: savepoint 1 cannot be deleted yet: savepoints/words/savepoint-1/",
            "is in use, as the journal of count/shardId-00000000000",
            "take a checkpoint first");
    assertThat(filesOf(savepoint)).isEqualTo(files);
    assertThat(pipeline.checkpoints().checkpoint(JOB, new CheckpointId(1))).contains(savepoint);
  }

  @Test
  void aDisposalThatDiedIsFinishedByTheNext() {
    apply("a");
    Checkpoint.Completed savepoint = completed(follow("savepoint").getLast());
    pipeline.checkpoints().request(JOB, Request.command("dispose 1"));
    Coordinator dying =
        pipeline.coordinator(
            before(
                call -> {
                  if (call.name().equals("storage.delete")) {
                    throw new Died();
                  }
                }));
    assertThatThrownBy(() -> tick(dying)).isInstanceOf(Died.class);
    assertThat(filesOf(savepoint)).isNotEmpty();

    tick(pipeline.coordinator());

    assertThat(filesOf(savepoint)).isEmpty();
    assertThat(pipeline.job().request()).isEmpty();
    assertThat(pipeline.job().refusal()).isEmpty();
  }

  @Test
  void filesThatNobodyMayDeleteAreNamedAndTheCoordinatorGoesOn() {
    apply("a");
    Checkpoint.Completed savepoint = completed(follow("savepoint").getLast());
    pipeline.checkpoints().request(JOB, Request.command("dispose 1"));
    tick(
        pipeline.coordinator(
            before(
                call -> {
                  if (call.name().equals("storage.delete")) {
                    throw new StorageException("cannot delete it: access denied");
                  }
                })));

    assertThat(pipeline.job().request()).isEmpty();
    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains(
            "savepoint 1 has files that could not be deleted: cannot delete it: access denied",
            "dispose of it again, or delete savepoints/words/savepoint-1 yourself");

    assertThat(steps("dispose 1")).containsExactly("waiting", "disposed");
    assertThat(filesOf(savepoint)).isEmpty();
  }

  @Test
  void aStoppedJobHasASavepointAndIsNotFedUntilItIsResumed() {
    apply("a");
    List<CommandProgress> steps = follow("stop for-the-night");
    assertThat(steps.stream().map(VerbsTest::name)).startsWith("waiting").endsWith("stopped");
    Checkpoint.Completed savepoint = completed(steps.getLast());
    assertThat(pipeline.job().status())
        .isEqualTo(new JobStatus.Halted(new Halt.Stopped(savepoint.id())));
    assertThat(pipeline.isFed()).isFalse();

    assertThat(steps("resume")).startsWith("waiting").endsWith("running");
    assertThat(pipeline.isFed()).isTrue();
    apply("b");
    assertThat(pipeline.state(1)).isEqualTo(Pipeline.fold(pipeline.all(1)));
  }

  @Test
  void aCancelledJobKeepsItsCheckpointsUnlessItIsToldOtherwise() {
    apply("a");
    pipeline.checkpoint(container);
    assertThat(steps("cancel")).startsWith("waiting").endsWith("cancelled");
    assertThat(pipeline.isFed()).isFalse();
    assertThat(checkpoints()).hasSize(1);
    assertThat(steps("cancel"))
        .endsWith("refused: the job is CANCELLED already, and its checkpoints are retained");
    assertThat(steps("restore latest")).endsWith("running");
  }

  /** Deletion includes the checkpoint of a restore's undo. */
  @Test
  void deletionTakesAllCheckpointsAndLeavesTheJournalsAndTheSavepoints() {
    apply("a");
    pipeline.checkpoint(container);
    apply("b");
    pipeline.checkpoint(container);
    Checkpoint.Completed savepoint = completed(follow("savepoint").getLast());
    assertThat(steps("restore 2")).endsWith("running");
    assertThat(pipeline.job().undo()).contains(new CheckpointId(2));
    apply("c");
    pipeline.checkpoint(container);

    assertThat(steps("cancel --delete")).endsWith("cancelled");
    pipeline.pass(Duration.ofMinutes(16));
    tick(pipeline.coordinator());

    assertThat(pipeline.job().undo()).isEmpty();
    assertThat(checkpoints()).containsExactly(savepoint);
    assertThat(pipeline.storage().paths())
        .noneMatch(path -> path.value().endsWith("_metadata") && path.value().contains("/chk-"));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
    assertThat(steps("undo")).last().asString().contains("there is nothing to undo");
    assertThat(steps("resume")).endsWith("running");
  }

  /** A coordinator that looks at every file each minute would cost something for ever. */
  @Test
  void whatIsDeletedIsNotLookedAtForEver() {
    apply("a");
    pipeline.checkpoint(container);
    assertThat(steps("cancel --delete")).endsWith("cancelled");
    pipeline.pass(Duration.ofMinutes(20));
    tick(pipeline.coordinator());
    List<String> calls = new ArrayList<>();
    tick(pipeline.coordinator(before(call -> calls.add(call.name()))));
    assertThat(calls).isNotEmpty().noneMatch(call -> call.startsWith("storage."));
  }

  private List<Checkpoint.Completed> checkpoints() {
    return pipeline.checkpoints().checkpoints(JOB).stream()
        .filter(Checkpoint.Completed.class::isInstance)
        .map(Checkpoint.Completed.class::cast)
        .toList();
  }

  @Test
  void aRestoreIsUndone() {
    apply("a");
    pipeline.checkpoint(container);
    apply("b");
    pipeline.checkpoint(container);
    assertThat(steps("restore 1")).endsWith("running");
    assertThat(steps("undo")).startsWith("waiting").endsWith("running");
    assertThat(pipeline.job().undo()).contains(new CheckpointId(2));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void whoeverWasOvertakenIsNotToldThatTheyWereServed() {
    apply("a");
    TrackedCommand cancel = asked("cancel");
    cancel.submit(pipeline.checkpoints(), false);
    TrackedCommand resume = asked("resume");
    assertThat(resume.submit(pipeline.checkpoints(), false)).contains(Request.command("cancel"));
    assertThat(resume.submit(pipeline.checkpoints(), true)).isEmpty();
    tick(pipeline.coordinator());

    assertThat(cancel.progress(pipeline.checkpoints()).orElseThrow())
        .isInstanceOf(CommandProgress.Superseded.class);
    assertThat(name(resume.progress(pipeline.checkpoints()).orElseThrow()))
        .isEqualTo("refused: the job runs already");
  }

  @Test
  void aRefusalOfLongAgoIsNotTakenForOnesOwn() {
    assertThat(steps("resume")).endsWith("refused: the job runs already");
    TrackedCommand again = asked("resume");
    again.submit(pipeline.checkpoints(), false);
    assertThat(again.progress(pipeline.checkpoints()).orElseThrow())
        .isInstanceOf(CommandProgress.Waiting.class);
    pipeline.pass(Duration.ofSeconds(1));
    tick(pipeline.coordinator());
    assertThat(again.progress(pipeline.checkpoints()).orElseThrow())
        .isInstanceOf(CommandProgress.Refused.class);
  }

  // ------------------------------------------------------- by calling the coordinator's function

  private String call(String command) {
    Fields answer = Fields.empty();
    new CommandCalls(pipeline.checkpoints(), pipeline.coordinator()).execute(JOB, command, answer);
    return new String(Trees.toJson(answer), StandardCharsets.UTF_8);
  }

  @Test
  void whoeverCallsIsToldAtOnce() {
    apply("a");
    assertThat(call("savepoint  before-upgrade "))
        .contains(
            "\"accepted\" : \"savepoint before-upgrade\"",
            "\"step\" : \"triggered\"",
            "\"checkpoint\" : 1",
            "\"status\" : \"RUNNING\"",
            "\"epoch\" : 1");
    assertThat(pipeline.job().command()).isEmpty();
    // The task has not answered for the savepoint yet.
    assertThat(call("checkpoint")).contains("\"step\" : \"waiting\"");
    assertThat(pipeline.job().command()).contains("checkpoint");
    assertThat(call("cancel"))
        .contains("\"refused\"", "\\\"checkpoint\\\" was requested before and is still waiting")
        .doesNotContain("accepted");
    assertThat(pipeline.job().command()).contains("checkpoint");
    assertThat(call("restore 1"))
        .contains("\"refused\"", "\\\"checkpoint\\\" was requested before");
  }

  @Test
  void whoeverCallsWithNoCommandIsToldWhatWouldBeOne() {
    Job before = pipeline.job();
    assertThat(call("make it so"))
        .contains(
            "\"refused\" : \"\\\"make\\\" is not a command; the commands are"
                + " checkpoint, savepoint");
    assertThat(call("resume")).contains("\"refused\" : \"the job runs already\"");
    assertThat(pipeline.job().request()).isEqualTo(before.request());
    assertThat(pipeline.job().refusal().orElseThrow().request()).isEqualTo("resume");
  }

  @Test
  void aTextIsPutWhereItsKindIsServedFrom() throws InvalidCommandException {
    Command restore = CommandText.parse("restore 7 --accept-gap");
    assertThat(CommandText.request(restore)).isEqualTo(Request.restore("7 --accept-gap"));
    assertThat(CommandText.request(restore).command()).isEqualTo(CommandText.print(restore));
    assertThat(CommandText.request(new Command.Undo())).isEqualTo(Request.command("undo"));
  }
}
