package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static dev.cairn.task.pipeline.TaskPipeline.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Position;
import dev.cairn.journal.Entry;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.DeadLetterEntries;
import dev.cairn.task.pipeline.ScriptedCoordinator;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.BatchResult.RetryFrom;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a restored shard reads again from the stream, and a past that is no longer there. */
class ReplayTest {
  private final TaskPipeline pipeline = new TaskPipeline(1);
  private final ScriptedCoordinator coordinator = new ScriptedCoordinator(pipeline);

  @Test
  void aRestoredShardReplaysWhatItOnceAppliedBeforeAnythingNew() {
    restored("a", "b", "c", "d");
    List<StreamRecord> next = pipeline.put(0, "e");

    assertThat(run(pipeline.container(), 0, next)).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts().applied()).isEqualTo(5);
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void aGapThatTimeDoesNotSufficeForIsClosedStepByStepAndTheBatchWaits() {
    restored("a", "b", "c", "d");
    List<StreamRecord> next = pipeline.put(0, "e");
    TaskSettings one =
        new TaskSettings(
            TaskPipeline.JOB,
            TaskPipeline.STAGE,
            settings().start(),
            settings().failurePolicy(),
            settings().inlineThresholdBytes(),
            settings().materializeAfterEntries(),
            settings().materializeAfterBytes(),
            settings().margin(),
            1);
    Task<String> container = pipeline.container(Tap.NONE, one);
    RetryFrom waits = new RetryFrom(next.getFirst().sequenceNumber());

    for (int step = 0; step < 3; step++) {
      AtomicInteger questions = new AtomicInteger();
      Deadline once = () -> Duration.ofSeconds(questions.getAndIncrement() == 0 ? 60 : 0);
      assertThat(run(container, 0, next, once)).isEqualTo(waits);
      assertThat(pipeline.head(0).counts().applied()).isEqualTo(2 + step);
    }
    assertThat(run(container, 0, next)).isEqualTo(new Done());
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void aReplayBeyondRetentionStopsLoudlyAndNamesTheRecord() {
    StreamRecord position = restored("a", "b", "c", "d");
    List<StreamRecord> next = pipeline.put(0, "e");
    pipeline.stream().trim(TaskPipeline.shard(0), pipeline.all(0).get(2).sequenceNumber());
    List<Entry> before = pipeline.journal(0);

    assertThatThrownBy(() -> run(pipeline.container(), 0, next))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("shardId-000000000000 cannot be replayed")
        .hasMessageContaining(position.sequenceNumber().digits())
        .hasMessageContaining("beyond the stream's retention");
    requireOnlyAFailure(before, FailureReason.REPLAY_IMPOSSIBLE);
  }

  @Test
  void noEntryNamesMoreDeadLettersOfAReplayThanFitIntoAnItem() {
    Task<String> lenient =
        pipeline.container(
            Tap.NONE, settings().withFailurePolicy(TaskSettings.FailurePolicy.DEAD_LETTER));
    run(lenient, 0, pipeline.put(0, "a"));
    CheckpointId checkpoint = coordinator.checkpoint(lenient);
    run(lenient, 0, pipeline.put(0, DeadLetterEntries.poison()));
    coordinator.restore(checkpoint);
    int before = pipeline.journal(0).size();

    lenient.wake(TaskPipeline.shard(0), TaskPipeline.AMPLE);

    assertThat(pipeline.head(0).hasGap()).isFalse();
    DeadLetterEntries.requireSmall(pipeline.journal(0).subList(before, pipeline.journal(0).size()));
  }

  @Test
  void aReplayFromTheBeginningNeedsTheVeryFirstRecord() {
    Task<String> container = pipeline.container();
    // Opened, but nothing applied, when the checkpoint is taken.
    List<StreamRecord> poison = pipeline.put(0, "poison");
    assertThatThrownBy(() -> run(container, 0, poison)).hasMessageContaining("cannot apply");
    CheckpointId empty = coordinator.checkpoint(container);
    Task<String> lenient =
        pipeline.container(
            Tap.NONE, settings().withFailurePolicy(TaskSettings.FailurePolicy.DEAD_LETTER));
    List<StreamRecord> all = pipeline.put(0, "poison", "a", "b");
    run(lenient, 0, pipeline.all(0));
    coordinator.restore(empty);
    assertThat(pipeline.head(0).position()).isEqualTo(Position.beginning());
    pipeline.stream().trim(TaskPipeline.shard(0), all.getFirst().sequenceNumber());

    assertThatThrownBy(() -> lenient.wake(TaskPipeline.shard(0), TaskPipeline.AMPLE))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("beyond the stream's retention");
  }

  /**
   * Applies the words, puts the job back to where only the first was applied, and answers that
   * one's record.
   */
  private StreamRecord restored(String... words) {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, words[0]));
    StreamRecord first = pipeline.all(0).getFirst();
    CheckpointId checkpoint = coordinator.checkpoint(container);
    for (int i = 1; i < words.length; i++) {
      run(container, 0, pipeline.put(0, words[i]));
    }
    coordinator.restore(checkpoint);
    assertThat(pipeline.head(0).position()).isEqualTo(Position.after(first.sequenceNumber()));
    assertThat(pipeline.head(0).hasGap()).isTrue();
    return first;
  }

  private void requireOnlyAFailure(List<Entry> before, FailureReason reason) {
    List<Entry> after = pipeline.journal(0);
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    assertThat(after).hasSize(before.size() + 1);
    assertThat(after.getLast()).isInstanceOf(Entry.Failed.class);
    assertThat(after.getLast().header().failing())
        .hasValueSatisfying(failing -> assertThat(failing.reason()).isEqualTo(reason));
  }
}
