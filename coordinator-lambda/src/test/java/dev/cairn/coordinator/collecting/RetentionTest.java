package dev.cairn.coordinator.collecting;

import static dev.cairn.pipeline.Pipeline.INTERVAL;
import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.command.Command;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.commanding.DryRun;
import dev.cairn.history.HistoryLine;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Request;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which checkpoints stay, and what it costs to know. */
class RetentionTest {
  private static final int RETAINED = 3;

  private final Pipeline pipeline =
      new Pipeline(1, new CheckpointSettings(Optional.of(INTERVAL), Pipeline.TIMEOUT, RETAINED));
  private final Task<String> container = pipeline.container();

  private CheckpointId checkpoint(String word) {
    run(container, 0, pipeline.put(0, word));
    pipeline.pass(Duration.ofMinutes(20));
    return pipeline.checkpoint(container).id();
  }

  /** Lets the interval pass: a checkpoint that is due is taken, also one without new data. */
  private void interval() {
    pipeline.pass(INTERVAL);
    pipeline.goOn();
  }

  private void serve(String command) {
    pipeline.serve(command);
    assertThat(pipeline.job().refusal()).isEmpty();
  }

  private String refusal(String command) {
    pipeline.serve(command);
    return pipeline.job().refusal().orElseThrow().reason();
  }

  private List<Long> complete() {
    return pipeline.checkpoints().checkpoints(JOB).stream()
        .filter(Checkpoint.Completed.class::isInstance)
        .filter(checkpoint -> !checkpoint.isSavepoint())
        .map(checkpoint -> checkpoint.id().value())
        .toList();
  }

  private static CheckpointId id(long id) {
    return new CheckpointId(id);
  }

  // ---------------------------------------------------------------- what holds nothing new

  @Test
  void checkpointsWithoutNewDataDisplaceNoneWithData() {
    checkpoint("a");
    checkpoint("b");
    checkpoint("c");
    checkpoint("d");
    assertThat(complete()).containsExactly(2L, 3L, 4L);

    for (String command :
        List.of("savepoint s", "restore 4", "cancel", "resume", "undo", "savepoint t")) {
      serve(command);
      interval();
    }

    assertThat(complete()).as("each was made from other data").contains(2L, 3L, 4L);
    assertThat(pipeline.job().latest().orElseThrow().value())
        .as("automatic ones were taken meanwhile")
        .isGreaterThan(7);
    assertThat(complete()).hasSizeLessThanOrEqualTo(RETAINED + 2);

    pipeline.checkpoints().request(JOB, Request.command("restore 2"));
    pipeline.goOn();
    assertThat(pipeline.job().refusal()).isEmpty();
  }

  @Test
  void withNewDataTheOldestStateGoes() {
    checkpoint("a");
    checkpoint("b");
    checkpoint("c");
    serve("savepoint s");
    interval();
    assertThat(complete()).contains(1L, 2L, 3L);

    checkpoint("d");
    assertThat(complete()).doesNotContain(1L).contains(2L, 3L);
    checkpoint("e");
    assertThat(complete()).doesNotContain(1L, 2L).contains(3L).hasSize(RETAINED);
  }

  // ---------------------------------------------------------------- pins

  @Test
  void aPinnedCheckpointStaysWithItsFilesUntilItIsUnpinned() {
    CheckpointId first = checkpoint("a");
    List<FilePath> needed = List.copyOf(pipeline.storage().paths());
    serve("pin " + first);
    for (int i = 0; i < 12; i++) {
      checkpoint("w" + i);
    }

    assertThat(pipeline.job().pinned()).containsExactly(first);
    assertThat(complete()).containsExactly(1L, 11L, 12L, 13L);
    assertThat(pipeline.storage().paths()).containsAll(needed);
    assertThat(refusal("dispose 1"))
        .isEqualTo("checkpoint 1 is pinned: unpin it first, with: cairn unpin 1");

    serveAgain("unpin 1");
    checkpoint("last");
    assertThat(complete()).containsExactly(12L, 13L, 14L);
    assertThat(pipeline.storage().get(Layout.metadata(JOB, first))).isEmpty();
    assertThat(pipeline.job().pinned()).isEmpty();
  }

  private void serveAgain(String command) {
    pipeline.serve(command);
    assertThat(pipeline.job().request()).isEmpty();
  }

  @Test
  void pinsSurviveRestoresAndHalts() {
    CheckpointId first = checkpoint("a");
    CheckpointId second = checkpoint("b");
    serve("pin " + first);

    for (String command : List.of("restore " + second, "cancel --delete", "resume", "restore 1")) {
      serve(command);
      interval();
      assertThat(pipeline.job().pinned()).as(command).containsExactly(first);
    }

    assertThat(complete()).contains(1L).doesNotContain(2L);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void whatCannotBePinnedIsRefusedWithWhatToDo() {
    for (String word : List.of("a", "b", "c", "d")) {
      checkpoint(word);
    }

    assertThat(refusal("pin 1")).contains("checkpoint 1 has ended", "choose one that is COMPLETED");
    assertThat(refusal("pin 9")).contains("checkpoint 9 is unknown");
    assertThat(refusal("unpin 4")).isEqualTo("checkpoint 4 is not pinned: no checkpoint is");
    serveAgain("pin 4");
    serveAgain("pin 4");
    assertThat(refusal("unpin 3")).isEqualTo("checkpoint 3 is not pinned: those are 4");
    assertThat(pipeline.job().pinned()).containsExactly(id(4));
  }

  @Test
  void aPinThatComesJustBeforeTheSubsumptionWins() {
    checkpoint("a");
    checkpoint("b");
    checkpoint("c");
    boolean[] isPinned = {false};
    Tap tap =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("checkpoints.subsume") && !isPinned[0]) {
              isPinned[0] = true;
              serve("pin 1");
            }
          }
        };
    run(container, 0, pipeline.put(0, "d"));
    pipeline.pass(INTERVAL);
    Coordinator coordinator = pipeline.coordinator(tap);
    tick(coordinator);
    pipeline.deliverWakes(container);
    tick(coordinator);

    assertThat(isPinned[0]).isTrue();
    assertThat(complete()).contains(1L);
    serve("restore 1");
  }

  @Test
  void aPinThatComesAfterTheSubsumptionIsRefused() {
    for (String word : List.of("a", "b", "c")) {
      checkpoint(word);
    }
    Checkpoint.Completed first =
        (Checkpoint.Completed) pipeline.checkpoints().checkpoint(JOB, id(1)).orElseThrow();
    Tap tap =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("checkpoints.pin")) {
              assertThat(pipeline.checkpoints().subsume(first, pipeline.job().epoch())).isTrue();
            }
          }
        };
    pipeline.checkpoints().request(JOB, Request.command("pin 1"));
    tick(pipeline.coordinator(tap));
    tick(pipeline.coordinator());

    assertThat(pipeline.job().refusal().orElseThrow().reason()).contains("checkpoint 1 has ended");
    assertThat(pipeline.job().pinned()).isEmpty();
  }

  // ---------------------------------------------------------------- the newest intact one

  private void lose(CheckpointId checkpoint) {
    pipeline.storage().delete(Layout.metadata(JOB, checkpoint));
  }

  @Test
  void theLatestIsTheNewestThatIsCompleteAndIntact() {
    checkpoint("a");
    checkpoint("b");
    lose(checkpoint("c"));
    tick(pipeline.recorder(Tap.NONE));
    DryRun.Result result =
        new DryRun(pipeline.ports(Tap.NONE), Pipeline.PROMPT)
            .restore(
                pipeline.job(),
                new Command.Restore(new Command.Target.Latest(), Command.Options.NONE));
    assertThat(((DryRun.Result.Possible) result).report().from().passedOver())
        .singleElement()
        .asString()
        .startsWith("checkpoint 3: file words/chk-3/_metadata is missing");

    pipeline.checkpoints().request(JOB, Request.restore("latest"));
    Coordinator recorder = pipeline.recorder(Tap.NONE);
    tick(recorder);
    for (int i = 0; i < 4; i++) {
      pipeline.deliverWakes(pipeline.container());
      tick(recorder);
    }

    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.history())
        .filteredOn(line -> line.kind() == HistoryLine.Kind.RESTORE_BEGUN)
        .singleElement()
        .satisfies(
            line ->
                assertThat(line.text())
                    .startsWith(
                        "the job is restored to checkpoint 2, the newest that is complete and"
                            + " intact (passed over: checkpoint 3: file words/chk-3/_metadata is"
                            + " missing"));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void whatIsNamedIsNotReplacedByAnotherAndNothingIntactIsSaid() {
    lose(checkpoint("a"));
    lose(checkpoint("b"));

    assertThat(refusal("restore 2")).contains("words/chk-2/_metadata is missing");
    assertThat(refusal("restore latest"))
        .startsWith(
            "no checkpoint of job words is intact: checkpoint 2: file words/chk-2/_metadata")
        .contains("; checkpoint 1: file words/chk-1/_metadata is missing");
  }

  // ---------------------------------------------------------------- reads

  /** A warm coordinator's reads for one checkpoint, long after a restore. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theReadsOfACheckpointDoNotGrowWithTheTimeSinceTheLastRestore(boolean isPinned) {
    CheckpointId first = checkpoint("a");
    CheckpointId second = checkpoint("b");
    serve("restore " + second);
    if (isPinned) {
      serve("pin " + first);
    }
    int[] items = {0};
    Tap tap =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("checkpoints.checkpoint")) {
              items[0]++;
            } else if (call.name().equals("checkpoints.checkpoints")) {
              CheckpointId from =
                  call.arguments().length > 1 ? (CheckpointId) call.arguments()[1] : id(1);
              items[0] += 1 + pipeline.checkpoints().checkpoints(JOB, from).size();
            }
          }
        };
    Coordinator warm = pipeline.coordinator(tap);
    List<Integer> reads = new ArrayList<>();
    for (int n = 1; n <= 500; n++) {
      run(container, 0, pipeline.put(0, "w"));
      pipeline.pass(INTERVAL);
      items[0] = 0;
      tick(warm);
      pipeline.deliverWakes(container);
      tick(warm);
      if (n == 10 || n == 100 || n == 500) {
        reads.add(items[0]);
      }
    }

    assertThat(reads).as("at checkpoint 10, 100 and 500").hasSize(3);
    assertThat(reads.get(0)).isLessThan(120);
    assertThat(reads.get(1)).isLessThanOrEqualTo(reads.get(0));
    assertThat(reads.get(2)).isEqualTo(reads.get(1)).isLessThan(60);
    assertThat(complete()).contains(2L).hasSize(RETAINED + (isPinned ? 2 : 1));
  }
}
