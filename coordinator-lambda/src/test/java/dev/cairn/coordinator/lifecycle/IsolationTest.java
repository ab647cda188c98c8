package dev.cairn.coordinator.lifecycle;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
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
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.DeadLetterEntries;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.Words;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A record that ends the process which applies it is found, and what is before and after it is
 * applied.
 */
class IsolationTest {
  private static final TaskSettings LENIENT =
      Pipeline.settings().withFailurePolicy(FailurePolicy.DEAD_LETTER);

  /** Lambda has ended the process: no port answers any more. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** The words "kill" and "oom" end the process, or exhaust its memory. */
  private static final class Deadly implements KeyedFunction<String> {
    private final Words words = new Words();
    private final Process process;

    Deadly(Process process) {
      this.process = process;
    }

    @Override
    public Deserializer<String> deserializer() {
      return words.deserializer();
    }

    @Override
    public void open(RuntimeContext context) {
      words.open(context);
    }

    @Override
    public void process(String word, Context context) {
      if (word.equals("kill")) {
        process.isEnded = true;
        throw new Ended();
      }
      if (word.equals("oom")) {
        throw new OutOfMemoryError("Java heap space");
      }
      words.process(word, context);
    }
  }

  private static final class Process implements Tap {
    private boolean isEnded;
    private int appends;

    @Override
    public void before(Call call) {
      if (isEnded) {
        throw new Ended();
      }
      if (call.name().equals("journal.append")) {
        appends++;
      }
    }
  }

  private static Task<String> container(Pipeline pipeline, TaskSettings settings, Process process) {
    return pipeline.container(process, settings, () -> new Deadly(process));
  }

  /** What the mapping does: sends from the first record that is not done, until all are. */
  private static boolean deliver(Pipeline pipeline, TaskSettings settings, int mostInvocations) {
    List<StreamRecord> batch = pipeline.all(0);
    for (int i = 0; i < mostInvocations; i++) {
      List<StreamRecord> rest = batch;
      Process process = new Process();
      BatchResult[] result = new BatchResult[1];
      var unused =
          catchThrowable(() -> result[0] = run(container(pipeline, settings, process), 0, rest));
      if (!process.isEnded && result[0] instanceof BatchResult.Done) {
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

  @Test
  void noEntryNamesMoreDeadLettersOfAStepThanFitIntoAnItem() {
    Pipeline pipeline = new Pipeline(1);
    List<String> words = new ArrayList<>(List.of(DeadLetterEntries.poison()));
    words.addAll(List.of(DeadLetterEntries.poison()));
    words.add("kill");
    pipeline.put(0, words.toArray(String[]::new));

    assertThat(deliver(pipeline, LENIENT, 100)).isTrue();

    assertThat(pipeline.head(0).counts().deadLettered()).isEqualTo(words.size());
    DeadLetterEntries.requireSmall(pipeline.journal(0));
  }

  private static Task<String> deadly(Pipeline pipeline) {
    return container(pipeline, LENIENT, new Process());
  }

  private static List<StreamRecord> put(Pipeline pipeline, int before, String bad, int after) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < before; i++) {
      words.add("before-" + i);
    }
    words.add(bad);
    for (int i = 0; i < after; i++) {
      words.add("after-" + i);
    }
    return pipeline.put(0, words.toArray(String[]::new));
  }

  private static List<StreamRecord> without(List<StreamRecord> batch, int index) {
    List<StreamRecord> rest = new ArrayList<>(batch);
    rest.remove(index);
    return rest;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 64})
  void underDeadLetterARecordThatEndsTheProcessIsSetAside(int before) {
    Pipeline pipeline = new Pipeline(1);
    List<StreamRecord> batch = put(pipeline, before, "kill", 5);

    assertThat(deliver(pipeline, LENIENT, 60)).isTrue();

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(before + 5, 1));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(without(batch, before)));
    assertThat(pipeline.head(0).failing()).isEmpty();
    assertThat(pipeline.head(0).isolation()).isEmpty();
  }

  /** Its snapshots are small and quick: they are missing because of the record. */
  @Test
  void aSavepointThatIsPendingMeanwhileFailsForTheRecordAndTheNextOneIsTaken() {
    Pipeline pipeline = new Pipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.table().request(Pipeline.JOB, Request.command("savepoint"));
    tick(pipeline.coordinator());
    pipeline.drainWakes();
    put(pipeline, 3, "kill", 3);

    assertThat(deliver(pipeline, LENIENT, 60)).isTrue();
    pipeline.serve("savepoint");

    List<Checkpoint> checkpoints = pipeline.table().checkpoints(Pipeline.JOB);
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
    put(pipeline, 3, "kill", 3);
    pipeline.pass(Duration.ofMinutes(40));
    tick(pipeline.coordinator());
    assertThat(pipeline.head(0).isolation()).isPresent();
    List<StreamRecord> batch = pipeline.all(0);

    for (int i = 0; i < 3; i++) {
      Process process = new Process();
      var unused = catchThrowable(() -> run(container(pipeline, LENIENT, process), 0, batch));
      assertThat(process.isEnded).isTrue();
      pipeline.pass(Duration.ofSeconds(35));
    }

    Checkpoint pending = pipeline.table().checkpoints(Pipeline.JOB).getLast();
    assertThat(pipeline.head(0).counts().applied()).isGreaterThan(1);
    assertThat(pipeline.table().acknowledgements(Pipeline.JOB, pending.id())).isEmpty();
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
  void severalOfThemAreSetAside() {
    Pipeline pipeline = new Pipeline(1);
    pipeline.put(0, "a", "kill", "b", "c", "kill", "kill", "d");

    assertThat(deliver(pipeline, LENIENT, 120)).isTrue();

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(4, 3));
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
    List<StreamRecord> batch = put(pipeline, 9, "kill", 1);

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
  @EnumSource(FailurePolicy.class)
  void aRecordThatExhaustsTheMemoryFollowsThePolicy(FailurePolicy policy) {
    Pipeline pipeline = new Pipeline(1);
    List<StreamRecord> batch = put(pipeline, 9, "oom", 1);

    boolean done = deliver(pipeline, Pipeline.settings().withFailurePolicy(policy), 20);

    switch (policy) {
      case DEAD_LETTER -> {
        assertThat(done).isTrue();
        assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(10, 1));
        assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(without(batch, 9)));
      }
      case FAIL -> {
        assertThat(done).isFalse();
        assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(batch.subList(0, 9)));
        ShardFailure failing = pipeline.head(0).failing().orElseThrow();
        assertThat(failing.reason()).isEqualTo(FailureReason.OUT_OF_MEMORY);
        assertThat(failing.record()).contains(batch.get(9).sequenceNumber());
      }
    }
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
    put(pipeline, 4, "kill", 1);

    assertThat(deliver(pipeline, LENIENT, 60)).isTrue();

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(5, 1));
  }

  @Test
  void whatDoesNotFitIntoTheStorageFailsItsRecordAlone() {
    Pipeline pipeline = new Pipeline(1);
    pipeline.put(0, "a", "size:9000");
    pipeline.put(pipeline.key(0, 1), "size:60000");
    pipeline.put(0, "b", "size:9000");
    List<StreamRecord> batch = pipeline.all(0);
    Tap small =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.put")
                && call.arguments()[1] instanceof byte[] bytes
                && bytes.length > 40_000
                && !String.valueOf(call.arguments()[0]).contains("dead-letters")) {
              throw new StorageException(StorageException.Kind.TOO_LARGE, "more than 40 KB");
            }
          }
        };

    assertThat(run(pipeline.container(small, LENIENT), 0, batch))
        .isInstanceOf(BatchResult.Done.class);

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(4, 1));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(without(batch, 2)));
  }

  @Test
  void aHealthyShardPaysNothing() {
    Pipeline pipeline = new Pipeline(1);
    Process process = new Process();

    run(container(pipeline, LENIENT, process), 0, put(pipeline, 9, "a", 9));
    pipeline.pass(Duration.ofHours(3));
    tick(pipeline.coordinator());

    assertThat(process.appends).isEqualTo(1);
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
  void aSuspicionThatIsWrongCostsAFewEntriesAndIsForgotten() {
    Pipeline pipeline = new Pipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = put(pipeline, 9, "b", 10);
    pipeline.pass(Duration.ofMinutes(20));
    tick(pipeline.coordinator());
    assertThat(run(pipeline.container(), 0, batch)).isInstanceOf(BatchResult.Done.class);

    assertThat(pipeline.journal(0))
        .filteredOn(Entry.Suspected.class::isInstance)
        .as("one by the coordinator, and one before each half")
        .hasSize(3);
    assertThat(pipeline.head(0).isolation()).isEmpty();
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aRecordThatAnotherInvocationIsStillApplyingIsNotBlamed() {
    Pipeline pipeline = new Pipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = pipeline.put(0, "b");
    pipeline.pass(Duration.ofMinutes(20));
    tick(pipeline.coordinator());
    Tap slow =
        new Tap() {
          private boolean isSecond;

          @Override
          public void before(Call call) {
            if (call.has(Entry.Advanced.class) && !isSecond) {
              isSecond = true;
              // The mapping has lost patience, and another container gets the batch.
              assertThat(run(pipeline.container(), 0, batch))
                  .isEqualTo(new BatchResult.RetryFrom(batch.getFirst().sequenceNumber()));
            }
          }
        };

    assertThat(run(pipeline.container(slow), 0, batch)).isInstanceOf(BatchResult.Done.class);
    assertThat(pipeline.journal(0)).noneMatch(Entry.Failed.class::isInstance);
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
    put(pipeline, 9, "kill", 5);
    boolean isDone = deliver(pipeline, LENIENT, 60);
    int resumes = 0;
    while (!isDone && resumes < 10) {
      resumes++;
      pipeline.table().request(Pipeline.JOB, Request.command("resume"));
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
              pipeline.table().request(Pipeline.JOB, Request.command("cancel"));
              tick(pipeline.coordinator());
            }
          }
        };
    var unused = catchThrowable(() -> run(pipeline.container(halting), 0, batch));
    pipeline.pass(Duration.ofMinutes(20));
    pipeline.table().request(Pipeline.JOB, Request.command("resume"));
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
    pipeline.table().request(Pipeline.JOB, Request.command("cancel"));
    tick(pipeline.coordinator());
    pipeline.table().request(Pipeline.JOB, Request.command("resume"));
    tick(pipeline.coordinator());
    tick(pipeline.coordinator());

    var blamed = catchThrowable(() -> run(deadly(pipeline), 0, batch));

    assertThat(begun).isInstanceOf(Ended.class);
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
    pipeline.table().request(Pipeline.JOB, Request.restore("1"));
    tick(pipeline.coordinator());
    tick(pipeline.coordinator());
    assertThat(pipeline.head(0).hasGap()).isTrue();

    for (int i = 0; i < 60 && pipeline.head(0).hasGap(); i++) {
      Process process = new Process();
      var unused =
          catchThrowable(
              () -> container(pipeline, LENIENT, process).wake(Pipeline.shard(0), Pipeline.AMPLE));
      pipeline.pass(Duration.ofMinutes(2));
      tick(pipeline.coordinator());
    }

    assertThat(pipeline.head(0).hasGap()).isFalse();
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(3, 1));
  }
}
