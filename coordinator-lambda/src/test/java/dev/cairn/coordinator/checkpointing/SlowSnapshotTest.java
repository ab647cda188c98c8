package dev.cairn.coordinator.checkpointing;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Position;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.Opened;
import dev.cairn.journal.Entry.Snapshotted;
import dev.cairn.journal.Entry.Triggered;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.BatchResult.RetryFrom;
import dev.cairn.task.ports.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checkpoints may fail; records are applied all the same. */
class SlowSnapshotTest {
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
    return pipeline.table().checkpoints(Pipeline.JOB).stream()
        .filter(Checkpoint.Aborted.class::isInstance)
        .toList();
  }

  @Test
  void anIdleShardsWakeThatIsCutOffBlocksNoRecord() {
    SlowStorage storage = new SlowStorage();
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    trigger();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> pipeline.container(storage).wake(Pipeline.shard(0), () -> TIMEOUT))
          .isInstanceOf(TimedOut.class);
    }
    List<StreamRecord> batch = pipeline.put(0, "b");
    isDone(pipeline.container(storage), batch);

    assertThat(run(pipeline.container(storage), 0, batch)).isEqualTo(new Done());
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aSnapshotThatCannotEndInTimeIsDeclinedByTheInvocationThatBeganIt() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    CheckpointId id = trigger();
    Instant end = pipeline.now().plus(TIMEOUT);
    Deadline deadline = () -> Duration.between(pipeline.now(), end);
    Tap slow =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.put")) {
              Duration limit = (Duration) call.arguments()[3];
              assertThat(limit).isBetween(Duration.ofSeconds(1), TIMEOUT.minusSeconds(1));
              pipeline.pass(limit);
              throw new StorageException(StorageException.Kind.UNREACHABLE, "not in time");
            }
          }
        };

    assertThat(run(pipeline.container(slow), 0, pipeline.put(0, "b"), deadline))
        .isEqualTo(new Done());

    assertThat(pipeline.now()).isBefore(end);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
    Acknowledgement answer = pipeline.table().acknowledgements(Pipeline.JOB, id).getFirst();
    assertThat(answer).isInstanceOf(Acknowledgement.Declined.class);
    assertThat(((Acknowledgement.Declined) answer).reason())
        .isEqualTo(FailureReason.SUBTASK_TIMEOUT);
    assertThat(((Acknowledgement.Declined) answer).message())
        .startsWith("its state of about ")
        .contains(" could not be stored in the ");
  }

  @Test
  void aTriggerWhoseCheckpointIsOverHasNoEffect() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    CheckpointId id = trigger();
    Checkpoint pending = pipeline.table().checkpoint(Pipeline.JOB, id).orElseThrow();
    pipeline.pass(Duration.ofSeconds(11));
    pipeline
        .table()
        .abort(
            new Checkpoint.Aborted(
                pending.trigger(),
                pipeline.now(),
                Failure.of(FailureReason.STORAGE, "another subtask declined")));
    List<String> calls = new ArrayList<>();
    Tap tap =
        new Tap() {
          @Override
          public void before(Call call) {
            calls.add(call.name());
          }
        };

    Task<String> container = pipeline.container(tap);
    assertThat(run(container, 0, pipeline.put(0, "b"))).isEqualTo(new Done());
    assertThat(run(container, 0, pipeline.put(0, "c"))).isEqualTo(new Done());

    assertThat(calls).doesNotContain("storage.put", "checkpoints.acknowledge");
    assertThat(calls.stream().filter("checkpoints.checkpointUnlisted"::equals)).hasSize(1);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aTriggerIsAnsweredWhenHalfOfALongBatchsTimeIsOver() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    trigger();
    List<StreamRecord> batch = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      batch.addAll(pipeline.put(0, "word-" + i));
    }
    Duration[] left = {TIMEOUT};
    Deadline everyLookTakesASecond =
        () -> {
          left[0] = left[0].minusSeconds(1);
          return left[0];
        };

    assertThat(run(pipeline.container(), 0, batch, everyLookTakesASecond))
        .isInstanceOf(RetryFrom.class);

    assertThat(pipeline.journal(0))
        .hasExactlyElementsOfTypes(
            Opened.class,
            Advanced.class,
            Triggered.class,
            Advanced.class,
            Snapshotted.class,
            Advanced.class);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0).subList(0, applied())));
  }

  private int applied() {
    return Math.toIntExact(pipeline.head(0).counts().applied());
  }

  @Test
  void aStateThatStorageRefusesForGoodIsNotPreparedAtEachInvocation() {
    int[] puts = {0};
    Tap tooLarge =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.put") && isState(call)) {
              puts[0]++;
              throw new StorageException(StorageException.Kind.TOO_LARGE, "1 MB of 384 KB");
            }
          }
        };
    run(pipeline.container(), 0, pipeline.put(0, "first"));
    CheckpointId id = trigger();
    Task<String> container = pipeline.container(tooLarge);
    for (int i = 0; i < 20; i++) {
      assertThat(run(container, 0, pipeline.put(0, "word-" + i))).isEqualTo(new Done());
    }
    assertThat(puts[0]).as("for the checkpoint").isEqualTo(1);
    tick(coordinator);
    assertThat(
            ((Checkpoint.Aborted) pipeline.table().checkpoint(Pipeline.JOB, id).orElseThrow())
                .failure()
                .reason())
        .isEqualTo(FailureReason.TOO_LARGE);

    puts[0] = 0;
    for (int i = 0; i < 1600; i++) {
      run(container, 0, pipeline.put(0, "more-" + i));
    }
    // At 200, 400, 800 and 1,600 entries, and at 4 and 8 MB of changes, three times each.
    assertThat(puts[0]).as("to keep the journal short").isBetween(12, 18);
    assertThat(pipeline.head(0).position())
        .isEqualTo(Position.after(pipeline.last(0, 1).getFirst().sequenceNumber()));
  }

  private CheckpointId trigger() {
    pipeline.pass(Pipeline.INTERVAL);
    CheckpointId next = pipeline.job().next();
    tick(coordinator);
    pipeline.drainWakes();
    return next;
  }
}
