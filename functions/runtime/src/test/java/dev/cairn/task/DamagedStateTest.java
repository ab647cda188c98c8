package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static dev.cairn.task.pipeline.TaskPipeline.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.journal.Entry;
import dev.cairn.journal.ShardFailure;
import dev.cairn.operator.IncompatibleStateException;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.FilePath;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.ScriptedCoordinator;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.pipeline.Words;
import dev.cairn.task.ports.BatchResult.Done;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A shard whose stored state cannot be read stops by name, before an event is processed on it. */
class DamagedStateTest {
  private final TaskPipeline pipeline = new TaskPipeline(1);
  private final ScriptedCoordinator coordinator = new ScriptedCoordinator(pipeline);
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
    coordinator.checkpoint(warm);
    pipeline.storage().paths().forEach(pipeline.storage()::delete);

    assertThat(run(warm, 0, pipeline.put(0, "b"))).isEqualTo(new Done());
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(2);
  }

  private FilePath checkpointed() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a", "b"));
    coordinator.checkpoint(container);
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

  private final class Counting extends Words {
    @Override
    public void process(String event, Context context) {
      processed.incrementAndGet();
      super.process(event, context);
    }
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
