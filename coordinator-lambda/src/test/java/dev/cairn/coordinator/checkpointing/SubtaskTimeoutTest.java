package dev.cairn.coordinator.checkpointing;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.BatchResult.Done;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checkpoints fail as long as no snapshot ends in time; records are applied all the same. */
class SubtaskTimeoutTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final Pipeline pipeline = new Pipeline(1);

  private final Coordinator coordinator = pipeline.coordinator();

  /** Lambda ends the process. */
  private static final class TimedOut extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Storing a file of a snapshot takes 70 s of an invocation that has 60 s. */
  private final class SlowStorage implements Tap {
    private boolean isSlow = true;
    private int cutOff;

    @Override
    public void before(Call call) {
      if (isSlow && call.name().equals("storage.put") && isState(call)) {
        cutOff++;
        pipeline.pass(Duration.ofSeconds(70));
        throw new TimedOut();
      }
    }
  }

  private static boolean isState(Tap.Call call) {
    return Layout.isState((FilePath) call.arguments()[0]);
  }

  @Test
  void recordsAreAppliedAlthoughNoSnapshotFitsIntoAnInvocation() {
    SlowStorage storage = new SlowStorage();
    List<StreamRecord> batch = pipeline.put(0, "first");
    run(pipeline.container(), 0, batch);
    int succeeded = 0;
    for (int invocation = 1; invocation <= 200; invocation++) {
      boolean isDone = isDone(pipeline.container(storage), batch);
      pipeline.pass(Duration.ofSeconds(10));
      tick(coordinator);
      pipeline.drainWakes();
      if (isDone) {
        succeeded++;
        batch = pipeline.put(0, "word-" + invocation);
      }
    }
    isDone(pipeline.container(storage), batch);
    isDone(pipeline.container(storage), batch);

    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
    assertThat(succeeded).isGreaterThan(180);
    assertThat(storage.cutOff).as("invocations that were cut off").isBetween(3, 20);
    List<Checkpoint> ended = aborted();
    assertThat(ended).hasSizeGreaterThan(30);
    assertThat(ended)
        .allSatisfy(
            one ->
                assertThat(((Checkpoint.Aborted) one).failure().reason())
                    .isEqualTo(FailureReason.SUBTASK_TIMEOUT));
    assertThat(((Checkpoint.Aborted) ended.getLast()).failure().message())
        .contains("count/shardId-000000000000");

    storage.isSlow = false;
    for (int i = 0; i < 10 && pipeline.job().latest().isEmpty(); i++) {
      pipeline.pass(Pipeline.INTERVAL);
      tick(coordinator);
      pipeline.drainWakes();
      run(pipeline.container(storage), 0, pipeline.put(0, "again-" + i));
      tick(coordinator);
    }
    assertThat(pipeline.job().latest()).as("once the storage is fast again").isPresent();
  }

  private boolean isDone(Task<String> container, List<StreamRecord> batch) {
    try {
      return run(container, 0, batch, () -> TIMEOUT) instanceof Done;
    } catch (TimedOut e) {
      return false;
    }
  }

  private List<Checkpoint> aborted() {
    return pipeline.checkpoints().checkpoints(Pipeline.JOB).stream()
        .filter(Checkpoint.Aborted.class::isInstance)
        .toList();
  }
}
