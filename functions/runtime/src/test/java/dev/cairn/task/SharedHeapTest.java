package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry.Failed;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.ScriptedCoordinator;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.ports.BatchResult.Done;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.subtask.StateMemory;
import dev.cairn.task.subtask.SubtaskCache;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** One container is given batches of many shards in turn, and its heap is theirs together. */
class SharedHeapTest {
  private static final int SHARDS = 6;
  private static final int STATE = 1_000_000;

  private final TaskPipeline pipeline = new TaskPipeline(SHARDS);
  private final List<String> calls = new ArrayList<>();
  private final Tap tap =
      new Tap() {
        @Override
        public void before(Call call) {
          calls.add(call.name());
        }
      };

  /** Keeps as many bytes as the event says. */
  private static final class Keeping implements KeyedFunction<byte[]> {
    private final Runnable atEach;
    private ValueState<byte[]> kept;

    @SuppressWarnings("NullAway.Init") // Opened before it processes anything.
    Keeping(Runnable atEach) {
      this.atEach = atEach;
    }

    @Override
    public Deserializer<byte[]> deserializer() {
      return data -> data;
    }

    @Override
    public void open(RuntimeContext context) {
      kept = context.getState(ValueStateDescriptor.of("kept", byte[].class));
    }

    @Override
    public void process(byte[] event, Context context) {
      atEach.run();
      kept.update(new byte[Integer.parseInt(new String(event, StandardCharsets.UTF_8))]);
    }
  }

  private Task<byte[]> container(SubtaskCache<byte[]> cache, Runnable atEach) {
    Supplier<Keeping> function = () -> new Keeping(atEach);
    return new Task<>(
        TaskPipeline.settings(), pipeline.taskPorts(tap), function, new TaskDecisions(), cache);
  }

  private List<StreamRecord> put(int shard, int bytes) {
    return pipeline.put(shard, Integer.toString(bytes));
  }

  @Test
  void theLeastRecentlyUsedStatesAreEvictedAboveTheirShareOfTheHeap() {
    // Changes since the last base are counted besides, so each state takes two megabytes here.
    SubtaskCache<byte[]> cache = new SubtaskCache<>(StateMemory.ofHeap(13L * STATE));
    Task<byte[]> task = container(cache, () -> {});
    for (int shard = 0; shard < SHARDS; shard++) {
      assertThat(run(task, shard, put(shard, STATE))).isEqualTo(new Done());
    }
    assertThat(cache.size()).isEqualTo(3);
    assertThat(cache.find(TaskPipeline.shard(SHARDS - 1))).isPresent();
    assertThat(cache.find(TaskPipeline.shard(0))).isEmpty();

    for (int shard = 0; shard < SHARDS; shard++) {
      assertThat(run(task, shard, put(shard, STATE))).isEqualTo(new Done());
      assertThat(cache.size()).isLessThanOrEqualTo(3);
      assertThat(pipeline.head(shard).counts().applied()).isEqualTo(2);
    }
  }

  /** A state of few large values fills the heap as one of many small ones does. */
  @Test
  void roomIsMadeWhileAStateOfLargeValuesIsLoaded() {
    for (int key = 0; key < 4; key++) {
      pipeline.put(pipeline.key(0, key), Integer.toString(2 * STATE));
    }
    run(
        container(new SubtaskCache<>(StateMemory.ofHeap(100L * STATE)), () -> {}),
        0,
        pipeline.all(0));
    new ScriptedCoordinator(pipeline)
        .checkpoint(container(new SubtaskCache<>(StateMemory.ofHeap(100L * STATE)), () -> {}));
    List<Long> seen = new ArrayList<>();
    SubtaskCache<byte[]> cache =
        new SubtaskCache<>(StateMemory.ofHeap(100L * STATE)) {
          @Override
          public void makeRoom(ShardId shard, long bytes) {
            seen.add(bytes);
            super.makeRoom(shard, bytes);
          }
        };

    run(container(cache, () -> {}), 0, pipeline.all(0));

    assertThat(seen.getFirst()).isBetween(1L * STATE, 4L * STATE);
  }

  @Test
  void whatIsUsedStaysInMemory() {
    SubtaskCache<byte[]> cache = new SubtaskCache<>(StateMemory.ofHeap(13L * STATE));
    Task<byte[]> task = container(cache, () -> {});
    for (int shard = 1; shard < SHARDS; shard++) {
      run(task, 0, put(0, STATE));
      run(task, shard, put(shard, STATE));
    }
    calls.clear();
    run(task, 0, put(0, STATE));
    assertThat(calls).contains("journal.after").doesNotContain("journal.fromLastBase");
  }

  @Test
  void aStateLargerThanTheShareIsServedAlone() {
    SubtaskCache<byte[]> cache = new SubtaskCache<>(StateMemory.ofHeap(3L * STATE));
    Task<byte[]> task = container(cache, () -> {});
    run(task, 1, put(1, 1000));
    assertThat(run(task, 0, put(0, STATE))).isEqualTo(new Done());
    assertThat(run(task, 0, put(0, STATE))).isEqualTo(new Done());
    assertThat(cache.size()).isEqualTo(1);
    assertThat(task.largestState().orElseThrow().use().percent()).isBetween(60, 70);
    assertThat(pipeline.head(0).heapUse().orElseThrow().percent()).isBetween(60, 70);
    assertThat(pipeline.head(1).heapUse()).as("a small state").isEmpty();
  }

  @Test
  void afterAnOutOfMemoryErrorEveryStateGoesAndTheBatchIsTriedOnceMore() {
    SubtaskCache<byte[]> cache = new SubtaskCache<>(StateMemory.ofHeap(1_000_000_000));
    // Whatever the estimate says, only two states fit.
    Task<byte[]> task =
        container(
            cache,
            () -> {
              if (cache.size() > 2) {
                throw new OutOfMemoryError("Java heap space");
              }
            });
    for (int round = 0; round < 3; round++) {
      for (int shard = 0; shard < SHARDS; shard++) {
        assertThat(run(task, shard, put(shard, 1000))).isEqualTo(new Done());
      }
    }
    for (int shard = 0; shard < SHARDS; shard++) {
      assertThat(pipeline.journal(shard)).doesNotHaveAnyElementsOfTypes(Failed.class);
      assertThat(pipeline.head(shard).counts().applied()).isEqualTo(3);
    }
  }

  @Test
  void onlyAStateThatDoesNotFitAloneIsAFailure() {
    SubtaskCache<byte[]> cache = new SubtaskCache<>(StateMemory.ofHeap(1_000_000_000));
    int[] attempts = {0};
    Task<byte[]> task =
        container(
            cache,
            () -> {
              attempts[0]++;
              throw new OutOfMemoryError("Java heap space");
            });
    List<StreamRecord> batch = put(0, 1000);
    assertThatThrownBy(() -> run(task, 0, batch)).hasMessageContaining("OutOfMemoryError");
    assertThat(attempts[0]).isGreaterThanOrEqualTo(2);
    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.OUT_OF_MEMORY);
  }

  @Test
  void theLargestStateIsReportedAsAShareOfTheHeap() {
    SubtaskCache<byte[]> cache = new SubtaskCache<>(StateMemory.ofHeap(100L * STATE));
    Task<byte[]> task = container(cache, () -> {});
    assertThat(task.largestState()).isEmpty();
    run(task, 0, put(0, 20 * STATE));
    run(task, 1, put(1, STATE));
    StateMemory.Usage largest = task.largestState().orElseThrow();
    assertThat(largest.subtask()).isEqualTo(TaskPipeline.subtask(0));
    assertThat(largest.use().percent()).isBetween(19, 21);
    assertThat(largest.use().heapBytes()).isEqualTo(100L * STATE);
  }
}
