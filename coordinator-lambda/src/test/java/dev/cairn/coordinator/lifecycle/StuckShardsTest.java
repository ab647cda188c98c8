package dev.cairn.coordinator.lifecycle;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.journal.ShardFailure;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.RestartStrategyType;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.Counts;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.DeadlyProcess;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A shard on which every invocation ends its process is noticed, searched, and left alone if it is
 * healthy.
 */
class StuckShardsTest {
  private static final TaskSettings LENIENT =
      Pipeline.settings().withFailurePolicy(FailurePolicy.DEAD_LETTER);

  /** What the mapping does: sends from the first record that is not done, until all are. */
  private static boolean deliver(Pipeline pipeline, TaskSettings settings, int mostInvocations) {
    List<StreamRecord> batch = pipeline.all(0);
    for (int i = 0; i < mostInvocations; i++) {
      List<StreamRecord> rest = batch;
      DeadlyProcess process = new DeadlyProcess();
      BatchResult[] result = new BatchResult[1];
      var unused =
          catchThrowable(() -> result[0] = run(process.container(pipeline, settings), 0, rest));
      if (!process.isEnded() && result[0] instanceof BatchResult.Done) {
        return true;
      }
      pipeline.pass(Duration.ofMinutes(2));
      tick(pipeline.coordinator());
      pipeline.drainWakes();
      if (!pipeline.job().status().isRunning()) {
        return false;
      }
    }
    return false;
  }

  private static Task<String> deadly(Pipeline pipeline) {
    return new DeadlyProcess().container(pipeline, LENIENT);
  }

  private static List<StreamRecord> without(List<StreamRecord> batch, int index) {
    List<StreamRecord> rest = new ArrayList<>(batch);
    rest.remove(index);
    return rest;
  }

  /** Its snapshots are small and quick: they are missing because of the record. */
  @Test
  void aSavepointThatIsPendingMeanwhileFailsForTheRecordAndTheNextOneIsTaken() {
    Pipeline pipeline = new Pipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("savepoint"));
    tick(pipeline.coordinator());
    pipeline.drainWakes();
    pipeline.put(0, DeadlyProcess.words(3, "kill", 3));

    assertThat(deliver(pipeline, LENIENT, 60)).isTrue();
    pipeline.serve("savepoint");

    List<Checkpoint> checkpoints = pipeline.checkpoints().checkpoints(Pipeline.JOB);
    assertThat(checkpoints)
        .filteredOn(Checkpoint.Aborted.class::isInstance)
        .extracting(aborted -> ((Checkpoint.Aborted) aborted).failure().reason())
        .contains(FailureReason.PROCESS_ENDED)
        .doesNotContain(FailureReason.SUBTASK_TIMEOUT);
    assertThat(checkpoints)
        .filteredOn(Checkpoint::isSavepoint)
        .last()
        .isInstanceOf(Checkpoint.Completed.class);
    assertThat(checkpoints.getLast()).isInstanceOf(Checkpoint.Completed.class);
  }

  @Test
  void aStepThatDidNotComeBackIsNotTakenForASlowSnapshot() {
    Pipeline pipeline = new Pipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.put(0, DeadlyProcess.words(3, "kill", 3));
    pipeline.pass(Duration.ofMinutes(40));
    tick(pipeline.coordinator());
    assertThat(pipeline.head(0).isolation()).isPresent();
    List<StreamRecord> batch = pipeline.all(0);

    for (int i = 0; i < 3; i++) {
      DeadlyProcess process = new DeadlyProcess();
      var unused = catchThrowable(() -> run(process.container(pipeline, LENIENT), 0, batch));
      assertThat(process.isEnded()).isTrue();
      pipeline.pass(Duration.ofSeconds(35));
    }

    Checkpoint pending = pipeline.checkpoints().checkpoints(Pipeline.JOB).getLast();
    assertThat(pipeline.head(0).counts().applied()).isGreaterThan(1);
    assertThat(pipeline.checkpoints().acknowledgements(Pipeline.JOB, pending.id())).isEmpty();
  }

  /** Each checkpoint of the busy shard carries the stuck one forward, which is no sign of life. */
  @Test
  void aStuckShardIsNoticedBesideABusyOne() {
    Pipeline pipeline = new Pipeline(2);
    for (int shard = 0; shard < 2; shard++) {
      run(pipeline.container(), shard, pipeline.put(shard, "a"));
    }
    pipeline.checkpoint(pipeline.container());
    pipeline.put(0, "kill");

    for (int minute = 0; minute < 20; minute += 2) {
      run(pipeline.container(), 1, pipeline.put(1, "b"));
      pipeline.checkpoint(pipeline.container());
      pipeline.pass(Duration.ofMinutes(2));
    }
    tick(pipeline.coordinator());

    assertThat(pipeline.head(0).isolation()).isPresent();
    assertThat(pipeline.head(1).isolation()).isEmpty();
  }

  @Test
  void underFailTheRecordIsNamedAndTheJobFailsAsTheStrategySays() {
    Pipeline pipeline =
        new Pipeline(
            1,
            new CheckpointSettings(Optional.of(Pipeline.INTERVAL), Pipeline.TIMEOUT, 2)
                .and(
                    Configuration.DEFAULTS
                        .with(
                            Options.RESTART_STRATEGY,
                            Optional.of(RestartStrategyType.FIXED_DELAY),
                            SettingSource.CONSTRUCT)
                        .with(Options.FIXED_DELAY_ATTEMPTS, 2, SettingSource.CONSTRUCT)));
    List<StreamRecord> batch = pipeline.put(0, DeadlyProcess.words(9, "kill", 1));

    assertThat(deliver(pipeline, Pipeline.settings(), 60)).isFalse();
    tick(pipeline.coordinator());

    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(batch.subList(0, 9)));
    assertThat(pipeline.job().status())
        .isInstanceOfSatisfying(
            JobStatus.Halted.class,
            halted -> {
              var failure = ((Halt.Failed) halted.halt()).failure();
              assertThat(failure.reason()).isEqualTo(FailureReason.PROCESS_ENDED);
              assertThat(failure.message()).contains(batch.get(9).sequenceNumber().digits());
            });
  }

  @ParameterizedTest
  @EnumSource(RestartStrategyType.class)
  void underDeadLetterNoStrategyFailsTheJobForOneRecord(RestartStrategyType strategy) {
    Pipeline pipeline =
        new Pipeline(
            1,
            new CheckpointSettings(Optional.of(Pipeline.INTERVAL), Pipeline.TIMEOUT, 2)
                .and(
                    Configuration.DEFAULTS.with(
                        Options.RESTART_STRATEGY, Optional.of(strategy), SettingSource.CONSTRUCT)));
    pipeline.put(0, DeadlyProcess.words(4, "kill", 1));

    assertThat(deliver(pipeline, LENIENT, 60)).isTrue();

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(5, 1));
  }

  @Test
  void aHealthyShardPaysNothing() {
    Pipeline pipeline = new Pipeline(1);
    DeadlyProcess process = new DeadlyProcess();

    run(process.container(pipeline, LENIENT), 0, pipeline.put(0, DeadlyProcess.words(9, "a", 9)));
    pipeline.pass(Duration.ofHours(3));
    tick(pipeline.coordinator());

    assertThat(process.appends()).isEqualTo(1);
    assertThat(pipeline.journal(0)).noneMatch(Entry.Suspected.class::isInstance);
  }

  @Test
  void aRecordThatHasOnlyJustArrivedIsNoReasonForASuspicion() {
    Pipeline pipeline = new Pipeline(1);
    Coordinator coordinator = pipeline.coordinator();
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    for (int hour = 0; hour < 24; hour++) {
      pipeline.pass(Duration.ofHours(1));
      tick(coordinator);
    }
    pipeline.put(0, "b");

    tick(coordinator);
    assertThat(pipeline.journal(0)).noneMatch(Entry.Suspected.class::isInstance);

    pipeline.pass(Duration.ofMinutes(16));
    tick(coordinator);
    assertThat(pipeline.journal(0)).anyMatch(Entry.Suspected.class::isInstance);
  }

  @Test
  void theSearchGoesOnAfterAResumeOfAJobThatFailedMeanwhile() {
    // Too short a time-out for the whole search, and no checkpoint may fail.
    Pipeline pipeline =
        new Pipeline(
            1,
            new CheckpointSettings(Optional.of(Pipeline.INTERVAL), Duration.ofMinutes(16), 2)
                .and(
                    Configuration.DEFAULTS.with(
                        Options.TOLERABLE_FAILED_CHECKPOINTS, 0, SettingSource.CONSTRUCT)));
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.put(0, DeadlyProcess.words(9, "kill", 5));
    boolean isDone = deliver(pipeline, LENIENT, 60);
    int resumes = 0;
    while (!isDone && resumes < 10) {
      resumes++;
      pipeline.checkpoints().request(Pipeline.JOB, Request.command("resume"));
      tick(pipeline.coordinator());
      tick(pipeline.coordinator());
      assertThat(pipeline.job().status().isRunning()).isTrue();
      isDone = deliver(pipeline, LENIENT, 60);
    }

    assertThat(isDone).isTrue();
    assertThat(resumes).isPositive();
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(15, 1));
    List<StreamRecord> all = pipeline.all(0);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(without(all, all.size() - 6)));
  }

  @Test
  void aStepThatAHaltInterruptedIsNotBlamedOnItsRecord() {
    Pipeline pipeline = new Pipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = pipeline.put(0, "b");
    pipeline.pass(Duration.ofMinutes(20));
    tick(pipeline.coordinator());
    Tap halting =
        new Tap() {
          private boolean isHalted;

          @Override
          public void before(Call call) {
            if (call.has(Entry.Advanced.class) && !isHalted) {
              isHalted = true;
              pipeline.checkpoints().request(Pipeline.JOB, Request.command("cancel"));
              tick(pipeline.coordinator());
            }
          }
        };
    var unused = catchThrowable(() -> run(pipeline.container(halting), 0, batch));
    pipeline.pass(Duration.ofMinutes(20));
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("resume"));
    tick(pipeline.coordinator());
    tick(pipeline.coordinator());

    assertThat(run(pipeline.container(), 0, batch)).isInstanceOf(BatchResult.Done.class);

    assertThat(pipeline.journal(0)).noneMatch(Entry.Failed.class::isInstance);
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 0));
  }

  @Test
  void aStepWhoseInvocationHadEndedBeforeAHaltCountsAfterTheResume() {
    Pipeline pipeline = new Pipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = pipeline.put(0, "kill");
    pipeline.pass(Duration.ofMinutes(20));
    tick(pipeline.coordinator());
    var begun = catchThrowable(() -> run(deadly(pipeline), 0, batch));
    pipeline.pass(Duration.ofMinutes(20));
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("cancel"));
    tick(pipeline.coordinator());
    pipeline.checkpoints().request(Pipeline.JOB, Request.command("resume"));
    tick(pipeline.coordinator());
    tick(pipeline.coordinator());

    var blamed = catchThrowable(() -> run(deadly(pipeline), 0, batch));

    assertThat(begun).isInstanceOf(DeadlyProcess.Ended.class);
    assertThat(blamed).isInstanceOf(TaskException.class);
    assertThat(pipeline.head(0).failing().map(ShardFailure::reason))
        .contains(FailureReason.PROCESS_ENDED);
    assertThat(pipeline.head(0).failing().flatMap(ShardFailure::record))
        .contains(batch.getFirst().sequenceNumber());
  }

  @Test
  void aReplayPassesARecordThatEndsTheProcess() {
    Pipeline pipeline = new Pipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.checkpoint(pipeline.container());
    pipeline.put(0, "b", "kill", "c");
    assertThat(deliver(pipeline, LENIENT, 60)).isTrue();
    pipeline.checkpoints().request(Pipeline.JOB, Request.restore("1"));
    tick(pipeline.coordinator());
    tick(pipeline.coordinator());
    assertThat(pipeline.head(0).hasGap()).isTrue();

    for (int i = 0; i < 60 && pipeline.head(0).hasGap(); i++) {
      DeadlyProcess process = new DeadlyProcess();
      var unused =
          catchThrowable(
              () -> process.container(pipeline, LENIENT).wake(Pipeline.shard(0), Pipeline.AMPLE));
      pipeline.pass(Duration.ofMinutes(2));
      tick(pipeline.coordinator());
    }

    assertThat(pipeline.head(0).hasGap()).isFalse();
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(3, 1));
  }
}
