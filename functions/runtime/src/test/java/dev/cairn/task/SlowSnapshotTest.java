package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Position;
import dev.cairn.inmemory.kinesis.KplAggregator;
import dev.cairn.journal.Entry.Advanced;
import dev.cairn.journal.Entry.Materialized;
import dev.cairn.journal.Entry.Opened;
import dev.cairn.journal.Entry.Snapshotted;
import dev.cairn.journal.Entry.Triggered;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.DeadlyProcess;
import dev.cairn.task.pipeline.ScriptedCoordinator;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.BatchResult.RetryFrom;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.TaskException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots that do not end in time or cannot be stored; records are applied all the same. */
class SlowSnapshotTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final TaskPipeline pipeline = new TaskPipeline(1);
  private final ScriptedCoordinator coordinator = new ScriptedCoordinator(pipeline);

  /** Lambda ends the process. */
  private static final class TimedOut extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Storing a file of a snapshot takes 70 s of an invocation that has 60 s. */
  private final class SlowStorage implements Tap {
    @Override
    public void before(Call call) {
      if (call.name().equals("storage.put") && isState(call)) {
        pipeline.pass(Duration.ofSeconds(70));
        throw new TimedOut();
      }
    }
  }

  private static boolean isState(Tap.Call call) {
    return Layout.isState((FilePath) call.arguments()[0]);
  }

  private boolean isDone(Task<String> container, List<StreamRecord> batch) {
    try {
      return run(container, 0, batch, () -> TIMEOUT) instanceof Done;
    } catch (TimedOut e) {
      return false;
    }
  }

  @Test
  void anIdleShardsWakeThatIsCutOffBlocksNoRecord() {
    SlowStorage storage = new SlowStorage();
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    trigger();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(
              () -> pipeline.container(storage).wake(TaskPipeline.shard(0), () -> TIMEOUT))
          .isInstanceOf(TimedOut.class);
    }
    List<StreamRecord> batch = pipeline.put(0, "b");
    isDone(pipeline.container(storage), batch);

    assertThat(run(pipeline.container(storage), 0, batch)).isEqualTo(new Done());
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  /** Otherwise each invocation would end in the snapshot, and none would report the failure. */
  @Test
  void aSnapshotThatIsCutOffWithinAnAggregateDoesNotHideThatTheNextUserRecordFails() {
    SlowStorage storage = new SlowStorage();
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    trigger();
    KplAggregator aggregate = new KplAggregator();
    for (String word : List.of("b", "poison")) {
      aggregate.add(pipeline.key(0, 0), word.getBytes(StandardCharsets.UTF_8));
    }
    pipeline.put(KplAggregator.PARTITION_KEY, aggregate.toBytes());
    List<StreamRecord> batch = pipeline.last(0, 1);
    assertThat(isDone(pipeline.container(storage), batch)).isFalse();
    assertThat(pipeline.head(0).position()).isInstanceOf(Position.Within.class);

    assertThatThrownBy(() -> run(pipeline.container(storage), 0, batch, () -> TIMEOUT))
        .isInstanceOf(TaskException.class);

    assertThat(pipeline.head(0).failing()).isPresent();
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
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
    assertThat(answer(id).reason()).isEqualTo(FailureReason.SUBTASK_TIMEOUT);
    assertThat(answer(id).message())
        .startsWith("its state of about ")
        .contains(" could not be stored in the ");
  }

  /** A step may take most of an invocation, and the search for a faulty record many of them. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aShardThatIsAppliedInStepsIsStoredBeforeTheNextStep(boolean isTriggered) {
    int most = TaskPipeline.settings().materializeAfterEntries();
    for (int i = 0; i < (isTriggered ? 1 : most - 1); i++) {
      run(pipeline.container(), 0, pipeline.put(0, "a"));
    }
    List<StreamRecord> batch = pipeline.put(0, DeadlyProcess.words(9, "b", 10));
    coordinator.suspect(TaskPipeline.subtask(0));
    if (isTriggered) {
      trigger();
    }
    Instant end = pipeline.now().plus(TIMEOUT);
    Tap slow =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.has(Advanced.class)) {
              pipeline.pass(TIMEOUT.multipliedBy(6).dividedBy(10));
            }
          }
        };

    assertThat(run(pipeline.container(slow), 0, batch, () -> Duration.between(pipeline.now(), end)))
        .isInstanceOf(RetryFrom.class);

    assertThat(pipeline.now()).isBefore(end);
    assertThat(pipeline.journal(0))
        .last()
        .isInstanceOf(isTriggered ? Snapshotted.class : Materialized.class);
    assertThat(run(pipeline.container(), 0, batch)).isEqualTo(new Done());
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  private Acknowledgement.Declined answer(CheckpointId id) {
    List<Acknowledgement> answers = pipeline.checkpoints().acknowledgements(TaskPipeline.JOB, id);
    assertThat(answers).hasSize(1);
    return (Acknowledgement.Declined) answers.getFirst();
  }

  @Test
  void aTriggerWhoseCheckpointIsOverHasNoEffect() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    CheckpointId id = trigger();
    pipeline.pass(Duration.ofSeconds(11));
    abort(id);
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
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
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
    assertThat(pipeline.state(0))
        .isEqualTo(TaskPipeline.fold(pipeline.all(0).subList(0, applied())));
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
    assertThat(answer(id).reason()).isEqualTo(FailureReason.TOO_LARGE);
    abort(id);

    puts[0] = 0;
    for (int i = 0; i < 1600; i++) {
      run(container, 0, pipeline.put(0, "more-" + i));
    }
    // At 200, 400, 800, 1,200 and 1,600 entries, and at 4 and 8 MB of changes, three times each.
    assertThat(puts[0]).as("to keep the journal short").isBetween(15, 21);
    assertThat(pipeline.head(0).position())
        .isEqualTo(Position.after(pipeline.last(0, 1).getFirst().sequenceNumber()));
  }

  private CheckpointId trigger() {
    pipeline.pass(TaskPipeline.INTERVAL);
    return coordinator.trigger();
  }

  private void abort(CheckpointId id) {
    Checkpoint pending = pipeline.checkpoints().checkpoint(TaskPipeline.JOB, id).orElseThrow();
    Failure declined = Failure.of(FailureReason.STORAGE, "a subtask declined");
    assertThat(
            pipeline
                .checkpoints()
                .abort(new Checkpoint.Aborted(pending.trigger(), pipeline.now(), declined)))
        .isTrue();
  }
}
