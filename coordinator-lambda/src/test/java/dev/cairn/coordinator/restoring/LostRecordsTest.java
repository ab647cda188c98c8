package dev.cairn.coordinator.restoring;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.function.KeyedFunction;
import dev.cairn.id.Position;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.Counts;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Records that expire before they are applied: nothing goes on without them unless someone says so.
 */
final class LostRecordsTest {
  private static final Supplier<KeyedFunction<String>> NOT_LOADABLE =
      () -> {
        throw new NoClassDefFoundError("com/example/Lib");
      };

  private final Pipeline pipeline = new Pipeline(1);

  private Checkpoint.Completed applied(String... words) {
    assertThat(run(pipeline.container(), 0, pipeline.put(0, words))).isEqualTo(new Done());
    return pipeline.checkpoint(pipeline.container());
  }

  /** What the mapping delivers next: the oldest that is kept after what was applied. */
  private List<StreamRecord> delivered() {
    return pipeline.stream().after(shard(0), pipeline.head(0).frontier(), 100);
  }

  private void pass(Duration time) {
    pipeline.pass(time);
    pipeline.stream().trimExpired();
  }

  private String refusal() {
    return pipeline.job().refusal().map(Job.Refusal::reason).orElse("");
  }

  /** Cancels the job, and lets records expire before a later one arrives. */
  private void haltForTooLong() {
    applied("a", "b");
    pipeline.serve("cancel");
    pipeline.put(0, "c", "d");
    pass(Duration.ofHours(25));
    pipeline.put(0, "e");
  }

  /** Puts a record at which the function fails, and delivers it. */
  private List<StreamRecord> failedAtPoison() {
    List<StreamRecord> poison = pipeline.put(0, "poison");
    assertThatThrownBy(() -> run(pipeline.container(), 0, poison))
        .isInstanceOf(TaskException.class);
    return poison;
  }

  private void requireLossOf(StreamRecord waited, List<StreamRecord> later) {
    assertThatThrownBy(() -> run(pipeline.container(), 0, later))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("may have lost records")
        .hasMessageContaining(waited.sequenceNumber().digits());
    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.RECORDS_LOST);
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(1, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"resume", "restore 1", "restore latest"})
  void aJobThatWasHaltedForLongerThanTheStreamKeepsRecordsIsNotResumed(String command) {
    haltForTooLong();

    pipeline.serve(command);

    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Halted.class);
    assertThat(pipeline.isFed()).isFalse();
    assertThat(refusal())
        .contains(
            "records that arrived between 2026-11-21T10:00:3",
            "may have expired unread",
            "--accept-gap");
  }

  @Test
  void alsoWhereNothingIsLeftOfWhatArrivedMeanwhile() {
    applied("a");
    pipeline.serve("cancel");
    pipeline.put(0, "b");
    pass(Duration.ofHours(25));

    pipeline.serve("resume");

    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Halted.class);
    assertThat(refusal()).contains("nor is any record after it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"resume --accept-gap", "restore 1 --accept-gap"})
  void itGoesOnWithoutThemIfTheUserAcceptsThat(String command) {
    haltForTooLong();

    pipeline.serve(command);

    assertThat(refusal()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(run(pipeline.container(), 0, delivered())).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(3);
    // It was accepted once, and not for good.
    assertThat(pipeline.head(0).following().mayBeMissing()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"resume", "restore 1"})
  void aShortHaltOfAShardThatHasBeenQuietForLongIsNoLoss(String command) {
    applied("a");
    pass(Duration.ofHours(48));
    pipeline.serve("cancel");
    pipeline.put(0, "b");
    pass(Duration.ofHours(1));

    pipeline.serve(command);

    assertThat(refusal()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(run(pipeline.container(), 0, delivered())).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(2);
  }

  /** No record came and no checkpoint was taken since the job was restored and resumed. */
  @ParameterizedTest
  @ValueSource(strings = {"restore 1", "restore latest"})
  void aRestoreAfterAnAcceptedLossIsNotRefusedForWhatWasAccepted(String command) {
    Pipeline withoutInterval =
        new Pipeline(1, new CheckpointSettings(Optional.empty(), Pipeline.TIMEOUT, 1));
    assertThat(run(withoutInterval.container(), 0, withoutInterval.put(0, "a")))
        .isEqualTo(new Done());
    withoutInterval.serve("savepoint");
    withoutInterval.serve("restore 1");
    withoutInterval.serve("cancel");
    withoutInterval.pass(Duration.ofHours(30));
    withoutInterval.stream().trimExpired();
    withoutInterval.serve("resume --accept-gap");

    withoutInterval.serve(command);

    assertThat(withoutInterval.job().refusal().map(Job.Refusal::reason)).isEmpty();
    assertThat(withoutInterval.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(run(withoutInterval.container(), 0, withoutInterval.put(0, "b")))
        .isEqualTo(new Done());
    assertThat(withoutInterval.head(0).counts().applied()).isEqualTo(2);
  }

  @Test
  void aHaltForAlmostAsLongAsTheStreamKeepsRecordsIsNoLossWhileTheLastOneIsKept() {
    applied("a");
    pipeline.serve("cancel");
    pipeline.put(0, "b");
    pass(Duration.ofHours(23).plusMinutes(50));

    pipeline.serve("resume");

    assertThat(refusal()).isEmpty();
    assertThat(run(pipeline.container(), 0, delivered())).isEqualTo(new Done());
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aForkOfAJobWhoseShardIsBlockedForTooLongIsRefused() {
    applied("a");
    pipeline.serve("cancel");
    pipeline.put(0, "b");
    pass(Duration.ofHours(25));
    pipeline.put(0, "c");

    pipeline.serve("fork 1 beside");

    assertThat(refusal()).contains("cannot be forked", "may have expired unread");
  }

  @Test
  void aRunningShardThatWasBlockedDoesNotGoOnAtTheOldestRecordInSilence() {
    applied("a");
    // The mapping is throttled, or was switched off by hand: the job knows nothing of it.
    List<StreamRecord> all = new ArrayList<>();
    for (int hour = 0; hour < 30; hour++) {
      all.addAll(pipeline.put(0, "w" + hour));
      pass(Duration.ofHours(1));
    }

    assertThatThrownBy(() -> run(pipeline.container(), 0, delivered()))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("may have lost records")
        .hasMessageContaining("cairn resume --accept-gap");

    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.RECORDS_LOST);
    pipeline.goOn();
    assertThat(pipeline.job().status())
        .isInstanceOfSatisfying(
            JobStatus.Halted.class,
            halted ->
                assertThat(((Halt.Failed) halted.halt()).failure().reason())
                    .isEqualTo(FailureReason.RECORDS_LOST));
  }

  @Test
  void whatATaskFoundLostIsNotResumedUnlessTheUserAcceptsIt() {
    aRunningShardThatWasBlockedDoesNotGoOnAtTheOldestRecordInSilence();

    pipeline.serve("resume");
    assertThat(refusal()).contains("may have lost records");
    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Halted.class);

    pipeline.serve("resume --accept-gap");
    int left = delivered().size();
    assertThat(run(pipeline.container(), 0, delivered())).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(1 + left);
  }

  /** As with a ParallelizationFactor above 1, where each batch has some of the partition keys. */
  @Test
  void recordsThatAMappingLeftOutComeBackByARestore() {
    Checkpoint.Completed before = applied("a");
    for (int key : new int[] {1, 0, 0, 1}) {
      pipeline.put(pipeline.key(0, key), "b");
    }
    List<StreamRecord> page = pipeline.last(0, 4);
    assertThat(run(pipeline.container(), 0, page.subList(1, 3))).isEqualTo(new Done());
    assertThatThrownBy(() -> run(pipeline.container(), 0, List.of(page.getFirst(), page.getLast())))
        .isInstanceOf(TaskException.class);

    pipeline.goOn();
    assertThat(pipeline.job().status())
        .isInstanceOfSatisfying(
            JobStatus.Halted.class,
            halted ->
                assertThat(((Halt.Failed) halted.halt()).failure().reason())
                    .isEqualTo(FailureReason.RECORDS_LEFT_OUT));
    pipeline.serve("resume");
    assertThat(refusal()).contains("is not given every record", "ParallelizationFactor to 1");

    pipeline.serve("restore " + before.id());
    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Running.class);
    assertThat(run(pipeline.container(), 0, page)).isEqualTo(new Done());
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(5, 0));
  }

  @Test
  void aShardThatLagsAndHasLostNothingGoesOn() {
    applied("a");
    pipeline.put(0, "b");
    pass(Duration.ofHours(23).plusMinutes(30));

    assertThat(run(pipeline.container(), 0, delivered())).isEqualTo(new Done());
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aHealthyBatchCostsNoCallOfTheStream() {
    applied("a");
    pass(Duration.ofHours(48));
    List<StreamRecord> batch = pipeline.put(0, "b");
    List<String> calls = new ArrayList<>();

    run(
        pipeline.container(
            new Tap() {
              @Override
              public void before(Call call) {
                calls.add(call.name());
              }
            }),
        0,
        batch);

    assertThat(calls).noneMatch(call -> call.startsWith("stream."));
  }

  @Test
  void aBatchThatStartsAfterTheRecordThatFailedIsALoss() {
    applied("a");
    List<StreamRecord> poison = failedAtPoison();
    assertThat(pipeline.head(0).failing().orElseThrow().record())
        .contains(poison.getFirst().sequenceNumber());
    pass(Duration.ofHours(26));

    // Young enough to look healthy.
    requireLossOf(poison.getFirst(), pipeline.put(0, "b"));
    assertThat(pipeline.head(0).position()).isEqualTo(Position.after(firstApplied()));
  }

  @Test
  void aLaterFailureOfTheShardDoesNotHideTheRecordThatFailed() {
    applied("a");
    List<StreamRecord> poison = failedAtPoison();
    // A deployment that cannot be loaded, as often as the mapping tries it.
    for (int attempt = 0; attempt < 2; attempt++) {
      pass(Duration.ofHours(1));
      assertThatThrownBy(
              () -> run(pipeline.container(Tap.NONE, Pipeline.settings(), NOT_LOADABLE), 0, poison))
          .isInstanceOf(NoClassDefFoundError.class);
      assertThat(pipeline.head(0).failing().orElseThrow().reason())
          .isEqualTo(FailureReason.CODE_NOT_LOADABLE);
    }
    pass(Duration.ofHours(26));

    // Young enough to look healthy.
    requireLossOf(poison.getFirst(), pipeline.put(0, "b"));
  }

  private dev.cairn.id.SequenceNumber firstApplied() {
    return pipeline.head(0).firstApplied().orElseThrow();
  }

  @Test
  void theRecordThatFailedIsTriedAgainAlsoWhereTheOneBeforeHasExpired() {
    applied("a");
    pass(Duration.ofHours(48));
    List<StreamRecord> poison = failedAtPoison();
    pipeline.pass(Duration.ofHours(1));

    assertThatThrownBy(() -> run(pipeline.container(), 0, poison))
        .isInstanceOf(TaskException.class)
        .hasMessageNotContaining("lost");
    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.USER_CODE);
  }

  // ---------------------------------------------------------------- what was seen to wait

  /** The mapping is throttled, and the coordinator sees a record that waits. */
  private StreamRecord suspected() {
    StreamRecord waiting = pipeline.put(0, "b").getFirst();
    pipeline.pass(Duration.ofMinutes(40));
    // A look at a shard that has long been quiet continues where the one before ended.
    Coordinator coordinator = pipeline.coordinator();
    for (int look = 0; look < 10; look++) {
      Pipeline.tick(coordinator);
      pipeline.pass(Duration.ofSeconds(31));
    }
    assertThat(pipeline.head(0).isolation()).isPresent();
    return waiting;
  }

  @Test
  void aRecordThatWaitedAndExpiredIsALossAlsoWhereTheNextOneIsYoung() {
    applied("a");
    StreamRecord waited = suspected();
    pass(Duration.ofHours(25));

    requireLossOf(waited, pipeline.put(0, "c"));

    pipeline.goOn();
    pipeline.serve("resume --accept-gap");
    assertThat(run(pipeline.container(), 0, delivered())).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 0));
    assertThat(pipeline.head(0).following().waiting()).isEmpty();
  }

  @Test
  void whatWaitedIsAppliedWhenItComes() {
    applied("a");
    pass(Duration.ofHours(48));
    StreamRecord waiting = suspected();
    pass(Duration.ofHours(20));

    assertThat(delivered()).containsExactly(waiting);
    assertThat(run(pipeline.container(), 0, delivered())).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 0));
  }

  /** It fails before it comes to any record, and the stream is quiet afterwards. */
  @Test
  void aShardThatFailsKnowsWhatItWasGiven() {
    applied("a");
    List<StreamRecord> given = pipeline.put(0, "b");
    Tap refuses =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.get")) {
              throw new StorageException(StorageException.Kind.REFUSED, "denied");
            }
          }
        };
    assertThatThrownBy(() -> run(pipeline.container(refuses), 0, given))
        .isInstanceOf(StorageException.class);
    pass(Duration.ofHours(25));

    requireLossOf(given.getFirst(), pipeline.put(0, "c"));
  }

  /** The process is gone: no port answers any more. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void aRecordThatExpiredInTheSearchIsNotTakenForTheOneAfterIt() {
    applied("a");
    StreamRecord deadly = suspected();
    Tap ends =
        new Tap() {
          private boolean isEnded;

          @Override
          public void after(Call call) {
            isEnded |= call.name().equals("journal.append");
          }

          @Override
          public void before(Call call) {
            if (isEnded) {
              throw new Ended();
            }
          }
        };
    assertThatThrownBy(() -> run(pipeline.container(ends), 0, List.of(deadly)))
        .isInstanceOf(Ended.class);
    assertThat(pipeline.head(0).isolation().orElseThrow()).isInstanceOf(Isolation.Begun.class);
    pass(Duration.ofHours(25));

    requireLossOf(deadly, pipeline.put(0, "c"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"restore 1", "fork 1 beside"})
  void nothingBeginsFromAJobWhoseRecordsWaitedForTooLong(String command) {
    applied("a");
    suspected();
    pass(Duration.ofHours(25));
    pipeline.put(0, "c");

    pipeline.serve(command);

    assertThat(refusal()).contains("may have expired unread", "with which it continues");
    assertThat(pipeline.job().epoch().value()).isEqualTo(1);
  }

  @Test
  void aRestoreThatLeavesTheShardWhereItStandsKeepsInMindWhatWaits() {
    applied("a");
    StreamRecord waited = suspected();
    pipeline.serve("restore 1");
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    pass(Duration.ofHours(25));

    requireLossOf(waited, pipeline.put(0, "c"));
  }

  @Test
  void aHaltOfAShardWhoseNextRecordIsKeptIsNoLossAlthoughTheLastOneHasExpired() {
    applied("a");
    pass(Duration.ofHours(48));
    List<StreamRecord> poison = failedAtPoison();
    pipeline.serve("cancel");
    pass(Duration.ofHours(23).plusMinutes(50));

    pipeline.serve("resume");

    assertThat(refusal()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
  }

  /** What arrived before the mapping's start never comes, and waits for nobody. */
  @Test
  void aShardThatStartsAtATimeWaitsForNothingFromBeforeIt() {
    pipeline.put(0, "old");
    pipeline.pass(Duration.ofHours(2));
    TaskSettings since =
        Pipeline.settings().withStart(new StartPosition.AtTimestamp(pipeline.now()));
    pipeline.pass(Duration.ofMinutes(1));
    List<StreamRecord> given = pipeline.put(0, "a");
    Tap ends =
        new Tap() {
          @Override
          public void after(Call call) {
            if (call.name().equals("journal.open")) {
              throw new Ended();
            }
          }
        };
    assertThatThrownBy(() -> run(pipeline.container(ends, since), 0, given))
        .isInstanceOf(Ended.class);
    pipeline.pass(Duration.ofMinutes(40));
    Pipeline.tick(pipeline.coordinator());
    assertThat(pipeline.head(0).following().waiting()).contains(given.getFirst().sequenceNumber());

    assertThat(run(pipeline.container(Tap.NONE, since), 0, given)).isEqualTo(new Done());
  }

  /** Who accepts one loss has not accepted the next one. */
  @Test
  void whatIsSeenToWaitAfterAnAcceptedLossIsNotLostInSilence() {
    applied("a");
    suspected();
    pass(Duration.ofHours(25));
    List<StreamRecord> poison = pipeline.put(0, "poison");
    pipeline.serve("cancel");
    pipeline.serve("resume --accept-gap");
    assertThatThrownBy(() -> run(pipeline.container(), 0, poison))
        .isInstanceOf(TaskException.class)
        .hasMessageNotContaining("lost");
    pass(Duration.ofHours(25));

    requireLossOf(poison.getFirst(), pipeline.put(0, "c"));
  }

  // ---------------------------------------------------------------- moves that take long

  /** The coordinator begins with it, and reaches no journal for a day. */
  private void beginAndStandStill(String command) {
    applied("a");
    pipeline.serve("cancel");
    pipeline.put(0, "b");
    pipeline.checkpoints().request(Pipeline.JOB, Request.command(command));
    Tap silent =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("journal.append")) {
              throw new OutcomeUnknownException("no answer", new IllegalStateException());
            }
          }
        };
    assertThatThrownBy(() -> Pipeline.tick(pipeline.coordinator(silent)))
        .isInstanceOf(OutcomeUnknownException.class);
    pass(Duration.ofHours(25));
    pipeline.put(0, "c");
    pipeline.goOn();
  }

  private void requireAcceptedLoss(String command) {
    pipeline.serve(command);
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(run(pipeline.container(), 0, delivered())).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 0));
  }

  @Test
  void aRestoreThatTakesLongerThanTheStreamKeepsRecordsDoesNotEndInSilence() {
    beginAndStandStill("restore 1");

    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Restoring.class);
    assertThat(refusal())
        .contains("has begun and cannot continue", "may have expired unread", "--accept-gap");
    requireAcceptedLoss("restore 1 --accept-gap");
  }

  @Test
  void aResumeThatTakesLongerThanTheStreamKeepsRecordsFailsTheJob() {
    beginAndStandStill("resume");

    assertThat(pipeline.job().status())
        .isInstanceOfSatisfying(
            JobStatus.Halted.class,
            halted ->
                assertThat(((Halt.Failed) halted.halt()).failure())
                    .satisfies(
                        failure -> {
                          assertThat(failure.reason()).isEqualTo(FailureReason.RECORDS_LOST);
                          assertThat(failure.message()).contains("may have expired unread");
                        }));
    assertThat(pipeline.isFed()).isFalse();
    requireAcceptedLoss("resume --accept-gap");
  }
}
