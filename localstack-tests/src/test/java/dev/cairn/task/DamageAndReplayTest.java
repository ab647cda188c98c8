package dev.cairn.task;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.journal.ShardFailure;
import dev.cairn.operator.IncompatibleStateException;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.pipeline.Tap;
import dev.cairn.pipeline.Words;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.FilePath;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.BatchResult.RetryFrom;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What stops a shard by name, before an event is processed on it: damage, and a past that is gone.
 */
class DamageAndReplayTest {
  private final Pipeline pipeline = new Pipeline(1);
  private final AtomicInteger processed = new AtomicInteger();

  @Test
  void aDamagedRunStopsTheShardBeforeAnEventIsProcessed() {
    FilePath run = checkpointed();
    for (long bit = 0; bit < 8L * pipeline.storage().get(run).orElseThrow().length; bit += 37) {
      pipeline.storage().flipBit(run, bit);
      requireStopped(run, "is not what was written");
      pipeline.storage().flipBit(run, bit);
    }
    pipeline.storage().truncate(run, 40);
    requireStopped(run, "is not what was written");
  }

  @Test
  void aMissingRunStopsTheShardBeforeAnEventIsProcessed() {
    FilePath run = checkpointed();
    pipeline.storage().delete(run);

    requireStopped(run, "is not in the checkpoint storage");
  }

  @Test
  void aDamagedDeltaStopsTheShardBeforeAnEventIsProcessed() {
    run(pipeline.container(), 0, pipeline.put(0, "size:20000"));
    FilePath delta = pipeline.storage().paths().getFirst();
    pipeline.storage().flipBit(delta, 4_000);

    requireStopped(delta, "is not what was written");
  }

  @Test
  void aWarmContainerNeedsNoFileAndGoesOn() {
    Task<String> warm = pipeline.container();
    run(warm, 0, pipeline.put(0, "a"));
    pipeline.checkpoint(warm);
    pipeline.storage().paths().forEach(pipeline.storage()::delete);

    assertThat(run(warm, 0, pipeline.put(0, "b"))).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(2);
  }

  private FilePath checkpointed() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a", "b"));
    pipeline.checkpoint(container);
    Entry.Base base = (Entry.Base) pipeline.journal(0).getLast();
    return base.handle().manifest().runs().getFirst().file().path();
  }

  private void requireStopped(FilePath file, String why) {
    // An attempt in its time, whatever failed before.
    pipeline.pass(Duration.ofMinutes(2));
    List<Entry> before = pipeline.journal(0);
    List<StreamRecord> next = pipeline.put(0, "next");
    Task<String> cold = pipeline.container(Tap.NONE, settings(), Counting::new);

    assertThatThrownBy(() -> run(cold, 0, next))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(file.value())
        .hasMessageContaining(why)
        .hasMessageContaining("restore a checkpoint");
    assertThat(processed).hasValue(0);
    List<Entry> after = pipeline.journal(0);
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    assertThat(after).hasSize(before.size() + 1);
    assertThat(after.getLast()).isInstanceOf(Entry.Failed.class);
    ShardFailure failing = after.getLast().header().failing().orElseThrow();
    assertThat(failing.reason()).isEqualTo(FailureReason.DAMAGED);
    assertThat(failing.message()).contains(file.value());
  }

  @Test
  void aHeadThatIsDamagedRestoresTheJobByItself() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a", "b"));
    pipeline.checkpoint(container);
    run(container, 0, pipeline.put(0, "c", "d"));
    pipeline.checkpoint(container);
    Entry.Base second = (Entry.Base) pipeline.journal(0).getLast();
    pipeline.storage().delete(second.handle().manifest().runs().getFirst().file().path());
    List<StreamRecord> next = pipeline.put(0, "e");

    requireDamaged(next);
    Pipeline.tick(pipeline.coordinator());
    assertThat(pipeline.job().epoch()).as("once may be chance").isEqualTo(new Epoch(1));
    pipeline.pass(Duration.ofMinutes(2));
    requireDamaged(next);
    for (int i = 0; i < 4; i++) {
      Pipeline.tick(pipeline.coordinator());
      pipeline.deliverWakes(pipeline.container());
    }

    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    Entry.Restored restored =
        pipeline.journal(0).stream()
            .filter(Entry.Restored.class::isInstance)
            .map(Entry.Restored.class::cast)
            .findFirst()
            .orElseThrow();
    assertThat(restored.checkpoint())
        .as("the newest needs the file too")
        .contains(new CheckpointId(1));
    run(pipeline.container(), 0, next);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void withNothingLeftToRestoreTheJobHasFailed() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a", "b"));
    pipeline.checkpoint(container);
    Entry.Base base = (Entry.Base) pipeline.journal(0).getLast();
    pipeline.storage().delete(base.handle().manifest().runs().getFirst().file().path());
    List<StreamRecord> next = pipeline.put(0, "e");

    requireDamaged(next);
    pipeline.pass(Duration.ofMinutes(2));
    requireDamaged(next);
    Pipeline.tick(pipeline.coordinator());
    Pipeline.tick(pipeline.coordinator());

    assertThat(pipeline.job().status())
        .isInstanceOfSatisfying(
            JobStatus.Halted.class,
            halted -> {
              Failure failure = ((Halt.Failed) halted.halt()).failure();
              assertThat(failure.reason()).isEqualTo(FailureReason.DAMAGED);
              assertThat(failure.message()).contains("no checkpoint can be restored");
            });
    assertThat(pipeline.isFed()).isFalse();
  }

  private void requireDamaged(List<StreamRecord> batch) {
    assertThatThrownBy(() -> run(pipeline.container(), 0, batch))
        .isInstanceOf(DamagedFileException.class);
  }

  private final class Counting implements KeyedFunction<String> {
    private final Words words = new Words();

    @Override
    public Deserializer<String> deserializer() {
      return words.deserializer();
    }

    @Override
    public void open(RuntimeContext context) {
      words.open(context);
    }

    @Override
    public void process(String event, Context context) {
      processed.incrementAndGet();
      words.process(event, context);
    }
  }

  @Test
  void aRestoredShardReplaysWhatItOnceAppliedBeforeAnythingNew() {
    restored("a", "b", "c", "d");
    List<StreamRecord> next = pipeline.put(0, "e");

    assertThat(run(pipeline.container(), 0, next)).isEqualTo(new Done());

    assertThat(pipeline.head(0).counts().applied()).isEqualTo(5);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aGapThatTimeDoesNotSufficeForIsClosedStepByStepAndTheBatchWaits() {
    restored("a", "b", "c", "d");
    List<StreamRecord> next = pipeline.put(0, "e");
    TaskSettings one =
        new TaskSettings(
            Pipeline.JOB,
            Pipeline.STAGE,
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
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aReplayBeyondRetentionStopsLoudlyAndNamesTheRecord() {
    StreamRecord position = restored("a", "b", "c", "d");
    List<StreamRecord> next = pipeline.put(0, "e");
    pipeline.stream().trim(Pipeline.shard(0), pipeline.all(0).get(2).sequenceNumber());
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
    long checkpoint = pipeline.checkpoint(lenient).id().value();
    run(lenient, 0, pipeline.put(0, DeadLetterEntries.poison()));
    restore(checkpoint);
    int before = pipeline.journal(0).size();

    lenient.wake(Pipeline.shard(0), Pipeline.AMPLE);

    assertThat(pipeline.head(0).hasGap()).isFalse();
    DeadLetterEntries.requireSmall(pipeline.journal(0).subList(before, pipeline.journal(0).size()));
  }

  @Test
  void aReplayFromTheBeginningNeedsTheVeryFirstRecord() {
    Task<String> container = pipeline.container();
    // Opened, but nothing applied, when the checkpoint is taken.
    List<StreamRecord> poison = pipeline.put(0, "poison");
    assertThatThrownBy(() -> run(container, 0, poison)).hasMessageContaining("cannot apply");
    long empty = pipeline.checkpoint(container).id().value();
    Task<String> lenient =
        pipeline.container(
            Tap.NONE, settings().withFailurePolicy(TaskSettings.FailurePolicy.DEAD_LETTER));
    List<StreamRecord> all = pipeline.put(0, "poison", "a", "b");
    run(lenient, 0, pipeline.all(0));
    restore(empty);
    assertThat(pipeline.head(0).position()).isEqualTo(Position.beginning());
    pipeline.stream().trim(Pipeline.shard(0), all.getFirst().sequenceNumber());

    assertThatThrownBy(() -> lenient.wake(Pipeline.shard(0), Pipeline.AMPLE))
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
    long checkpoint = pipeline.checkpoint(container).id().value();
    for (int i = 1; i < words.length; i++) {
      run(container, 0, pipeline.put(0, words[i]));
    }
    restore(checkpoint);
    assertThat(pipeline.head(0).position()).isEqualTo(Position.after(first.sequenceNumber()));
    assertThat(pipeline.head(0).hasGap()).isTrue();
    return first;
  }

  private void restore(long checkpoint) {
    pipeline.table().request(Pipeline.JOB, Request.restore(Long.toString(checkpoint)));
    Pipeline.tick(pipeline.coordinator());
    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.head(0).epoch()).isEqualTo(pipeline.job().epoch());
    pipeline.drainWakes();
  }

  @Test
  void aFunctionThatDeclaresAStateOtherwiseIsRefusedByName() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<Entry> before = pipeline.journal(0);
    List<StreamRecord> next = pipeline.put(0, "b");

    assertThatThrownBy(() -> run(pipeline.container(Tap.NONE, settings(), Textual::new), 0, next))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("state \"count\" is stored as value of ")
        .hasMessageContaining(Textual.class.getName());
    requireOnlyAFailure(before, FailureReason.INCOMPATIBLE_STATE);
  }

  private void requireOnlyAFailure(List<Entry> before, FailureReason reason) {
    List<Entry> after = pipeline.journal(0);
    assertThat(after.subList(0, before.size())).isEqualTo(before);
    assertThat(after).hasSize(before.size() + 1);
    assertThat(after.getLast()).isInstanceOf(Entry.Failed.class);
    assertThat(after.getLast().header().failing())
        .hasValueSatisfying(failing -> assertThat(failing.reason()).isEqualTo(reason));
  }

  private static final class Textual implements KeyedFunction<String> {
    private ValueState<String> count;

    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {
      count = context.getState(ValueStateDescriptor.of("count", String.class));
    }

    @Override
    public void process(String event, Context context) {
      count.update(event);
    }
  }
}
