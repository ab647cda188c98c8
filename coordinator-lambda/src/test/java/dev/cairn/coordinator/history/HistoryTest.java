package dev.cairn.coordinator.history;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.history.HistoryLine;
import dev.cairn.history.HistoryLine.Kind;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.pipeline.Death;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happened is recorded once, whoever dies meanwhile. */
class HistoryTest {
  private static final int SHARDS = 2;
  private static final Duration MOMENT = Duration.ofMillis(10);

  private static Pipeline withCheckpoint() {
    Pipeline pipeline = new Pipeline(SHARDS);
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a"));
    run(container, 1, pipeline.put(1, "b"));
    pipeline.checkpoint(container);
    tick(pipeline.recorder(Tap.NONE));
    run(container, 0, pipeline.put(0, "c"));
    return pipeline;
  }

  private static List<Kind> kinds(Pipeline pipeline) {
    return pipeline.history().stream().map(HistoryLine::kind).toList();
  }

  @Test
  void aCheckpointAndARestoreAreRecordedAsTheyHappen() {
    Pipeline pipeline = withCheckpoint();
    Task<String> container = pipeline.container();
    Coordinator coordinator = pipeline.recorder(Tap.NONE);
    assertThat(kinds(pipeline)).containsExactly(Kind.COMPLETED);

    pipeline.checkpoints().request(JOB, Request.restore("1"));
    coordinator.on(new Event.Requested(JOB));
    for (int i = 0; i < 4; i++) {
      pipeline.pass(MOMENT);
      tick(coordinator);
      pipeline.deliverWakes(container);
    }
    pipeline.pass(MOMENT);
    pipeline.checkpoints().request(JOB, Request.restore("9"));
    coordinator.on(new Event.Requested(JOB));

    assertThat(pipeline.history())
        .extracting(HistoryLine::kind)
        .containsExactly(Kind.COMPLETED, Kind.RESTORE_BEGUN, Kind.RESTORED, Kind.REFUSED);
    assertThat(pipeline.history().get(1).cause()).contains("restore 1");
    assertThat(pipeline.history().get(3).text()).contains("\"restore 9\" was refused: ");
  }

  @Test
  void aShardThatFailsIsRecordedWithItsReasonAndWhenItGoesOn() {
    Pipeline pipeline = withCheckpoint();
    Coordinator coordinator = pipeline.recorder(Tap.NONE);
    List<StreamRecord> poison = pipeline.put(0, "poison");
    var unused = catchThrowable(() -> run(pipeline.container(), 0, poison));
    for (int i = 0; i < 3; i++) {
      pipeline.pass(MOMENT);
      tick(coordinator);
    }

    HistoryLine line = pipeline.history().getLast();
    assertThat(kinds(pipeline)).containsExactly(Kind.COMPLETED, Kind.SUBTASK_FAILING);
    assertThat(line.subject()).isEqualTo(Pipeline.subtask(0).name());
    assertThat(line.text())
        .startsWith("USER_CODE: " + Pipeline.subtask(0).name() + " failed 1 times in a row at ")
        .contains(poison.getFirst().sequenceNumber().digits());

    // A deployment that sets the record aside.
    pipeline.pass(Duration.ofMinutes(2));
    run(
        pipeline.container(
            Tap.NONE, Pipeline.settings().withFailurePolicy(FailurePolicy.DEAD_LETTER)),
        0,
        poison);
    tick(coordinator);
    assertThat(kinds(pipeline)).endsWith(Kind.SUBTASK_RECOVERED);
  }

  @Test
  void aTickWithoutNewsWritesNothing() {
    Pipeline pipeline = withCheckpoint();
    Coordinator coordinator = pipeline.recorder(Tap.NONE);
    tick(coordinator);
    List<HistoryLine> before = pipeline.history();
    Coordinator watched =
        pipeline.recorder(
            new Tap() {
              @Override
              public void before(Call call) {
                assertThat(call.name()).isNotEqualTo("history.record");
              }
            });
    tick(watched);
    tick(watched);
    assertThat(pipeline.history()).isEqualTo(before);
  }

  @Test
  void aCoordinatorThatDiesAfterAnyWriteLeavesALineThatIsMissingToTheNextTick() {
    boolean died = true;
    int writes = 0;
    while (died) {
      writes++;
      Pipeline pipeline = withCheckpoint();
      Task<String> container = pipeline.container();
      pipeline.pass(Pipeline.INTERVAL);
      Death death = new Death(writes);
      Coordinator mortal = pipeline.recorder(death);
      death.watch(() -> tick(mortal));
      pipeline.deliverWakes(container);
      death.watch(() -> tick(mortal));
      pipeline.checkpoints().request(JOB, Request.restore("1"));
      pipeline.pass(MOMENT);
      death.watch(() -> mortal.on(new Event.Requested(JOB)));
      pipeline.pass(MOMENT);
      death.watch(() -> tick(mortal));
      died = death.happened();
      for (int i = 0; i < 4; i++) {
        pipeline.pass(MOMENT);
        tick(pipeline.recorder(Tap.NONE));
        pipeline.deliverWakes(container);
      }
      tick(pipeline.recorder(Tap.NONE));

      assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
      assertThat(kinds(pipeline))
          .as("died after write %d", writes)
          .containsExactly(
              Kind.COMPLETED, endOfTheSecond(pipeline), Kind.RESTORE_BEGUN, Kind.RESTORED);
    }
    assertThat(writes).isGreaterThan(8);
  }

  private static Kind endOfTheSecond(Pipeline pipeline) {
    return pipeline.checkpoints().checkpoint(JOB, new CheckpointId(2)).orElseThrow()
            instanceof Checkpoint.Aborted
        ? Kind.ABORTED
        : Kind.COMPLETED;
  }
}
