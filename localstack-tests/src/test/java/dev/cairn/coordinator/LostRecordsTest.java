package dev.cairn.coordinator;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.checkpoint.Halt;
import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.JobStatus;
import dev.cairn.function.KeyedFunction;
import dev.cairn.id.Position;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.pipeline.Tap;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.BatchResult.Done;
import dev.cairn.task.TaskException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  @ParameterizedTest
  @ValueSource(strings = {"resume", "restore 1", "restore latest"})
  void aJobThatWasHaltedForLongerThanTheStreamKeepsRecordsIsNotResumed(String command) {
    applied("a", "b");
    pipeline.serve("cancel");
    pipeline.put(0, "c", "d");
    pass(Duration.ofHours(25));
    pipeline.put(0, "e");

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
    applied("a", "b");
    pipeline.serve("cancel");
    pipeline.put(0, "c", "d");
    pass(Duration.ofHours(25));
    pipeline.put(0, "e");

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
    List<StreamRecord> poison = pipeline.put(0, "poison");
    assertThatThrownBy(() -> run(pipeline.container(), 0, poison))
        .isInstanceOf(TaskException.class);
    assertThat(pipeline.head(0).failing().orElseThrow().record())
        .contains(poison.getFirst().sequenceNumber());
    pass(Duration.ofHours(26));
    // Young enough to look healthy.
    List<StreamRecord> later = pipeline.put(0, "b");

    assertThatThrownBy(() -> run(pipeline.container(), 0, later))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("may have lost records")
        .hasMessageContaining(poison.getFirst().sequenceNumber().digits());

    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.RECORDS_LOST);
    assertThat(pipeline.head(0).position()).isEqualTo(Position.after(firstApplied()));
  }

  @Test
  void aLaterFailureOfTheShardDoesNotHideTheRecordThatFailed() {
    applied("a");
    List<StreamRecord> poison = pipeline.put(0, "poison");
    assertThatThrownBy(() -> run(pipeline.container(), 0, poison))
        .isInstanceOf(TaskException.class);
    // A deployment that cannot be loaded, as often as the mapping tries it.
    for (int attempt = 0; attempt < 2; attempt++) {
      pass(Duration.ofHours(1));
      assertThatThrownBy(() -> run(pipeline.container(Tap.NONE, Pipeline.settings(), NOT_LOADABLE), 0, poison))
          .isInstanceOf(NoClassDefFoundError.class);
      assertThat(pipeline.head(0).failing().orElseThrow().reason())
          .isEqualTo(FailureReason.CODE_NOT_LOADABLE);
    }
    pass(Duration.ofHours(26));
    // Young enough to look healthy.
    List<StreamRecord> later = pipeline.put(0, "b");

    assertThatThrownBy(() -> run(pipeline.container(), 0, later))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("may have lost records")
        .hasMessageContaining(poison.getFirst().sequenceNumber().digits());

    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.RECORDS_LOST);
  }

  private dev.cairn.id.SequenceNumber firstApplied() {
    return pipeline.head(0).firstApplied().orElseThrow();
  }

  @Test
  void theRecordThatFailedIsTriedAgainAlsoWhereTheOneBeforeHasExpired() {
    applied("a");
    pass(Duration.ofHours(48));
    List<StreamRecord> poison = pipeline.put(0, "poison");
    assertThatThrownBy(() -> run(pipeline.container(), 0, poison))
        .isInstanceOf(TaskException.class);
    pipeline.pass(Duration.ofHours(1));

    assertThatThrownBy(() -> run(pipeline.container(), 0, poison))
        .isInstanceOf(TaskException.class)
        .hasMessageNotContaining("lost");
    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.USER_CODE);
  }
}
