package dev.cairn.coordinator.checkpointing;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.operator.IncompatibleStateException;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.SettingSource;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every reason for which a checkpoint fails, from what goes wrong to the message of its failure.
 */
class FailureReasonsTest {
  private static final Set<FailureReason> OF_THE_WHOLE =
      EnumSet.of(FailureReason.CONFLICT, FailureReason.RESTORED_OVER, FailureReason.CANCELLED);
  private static final Set<FailureReason> ON_THEIR_OWN =
      EnumSet.of(
          FailureReason.SUBSUMED,
          FailureReason.TOO_MANY_FAILED_CHECKPOINTS,
          // Failures of a shard, shown in the tests of the task.
          FailureReason.AGGREGATED_RECORD,
          FailureReason.KEY_OUTSIDE_SHARD,
          FailureReason.REPLAY_IMPOSSIBLE,
          FailureReason.PROCESS_ENDED,
          FailureReason.RECORDS_LOST,
          FailureReason.RECORDS_LEFT_OUT,
          FailureReason.RESHARDED);
  private static final String SHARD = "count/shardId-000000000000 ";

  /**
   * One way to fail.
   *
   * @param happens to a pipeline of one shard, and leaves its last checkpoint aborted
   */
  private record Row(
      String name, FailureReason reason, Consumer<Pipeline> happens, String message) {
    @Override
    public String toString() {
      return reason + ": " + name;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
            "nothing runs",
            FailureReason.EXPIRED,
            pipeline -> {
              ask(pipeline);
              expire(pipeline);
            },
            SHARD + "sent no acknowledgement in 120.0 s"),
        new Row(
            "code that declares the state otherwise",
            FailureReason.DECLINED,
            FailureReasonsTest::wakeOtherCode,
            SHARD
                + "declined: its state cannot be loaded: state \"count\" is stored as value of"
                + " long"),
        new Row(
            "a record that fails",
            FailureReason.USER_CODE,
            FailureReasonsTest::fail,
            SHARD + "cannot go on, at attempt 1: record "),
        new Row(
            "a class that is missing",
            FailureReason.CODE_NOT_LOADABLE,
            pipeline -> stop(pipeline, new NoClassDefFoundError("com/example/Lib")),
            SHARD + "cannot go on, at attempt 1: java.lang.NoClassDefFoundError: com/example/Lib"),
        new Row(
            "state that the code cannot read",
            FailureReason.INCOMPATIBLE_STATE,
            pipeline -> {
              Task<String> other =
                  pipeline.container(Tap.NONE, Pipeline.settings(), Misreading::new);
              assertThat(catchThrowable(() -> run(other, 0, pipeline.put(0, "b")))).isNotNull();
              ask(pipeline);
              expire(pipeline);
            },
            SHARD + "cannot go on, at attempt 1: state \"count\" is stored as value of long"),
        new Row(
            "an error that nobody expects",
            FailureReason.UNEXPECTED,
            pipeline -> stop(pipeline, new IllegalStateException("what is this")),
            SHARD + "cannot go on, at attempt 1: java.lang.IllegalStateException: what is this"),
        new Row(
            "the storage refuses",
            FailureReason.STORAGE,
            storing(() -> new StorageException("the bucket answers 403")),
            SHARD + "declined: its state could not be stored: the bucket answers 403"),
        new Row(
            "the storage is not reached",
            FailureReason.NETWORK,
            storing(() -> new StorageException(StorageException.Kind.UNREACHABLE, "no route")),
            "no route"),
        new Row(
            "the storage throttles",
            FailureReason.THROTTLED,
            storing(() -> new StorageException(StorageException.Kind.THROTTLED, "slow down")),
            "slow down"),
        new Row(
            "more state than the storage takes",
            FailureReason.TOO_LARGE,
            storing(() -> new StorageException(StorageException.Kind.TOO_LARGE, "1 MB of 400 KB")),
            "1 MB of 400 KB"),
        new Row(
            "no memory left for the snapshot",
            FailureReason.OUT_OF_MEMORY,
            pipeline -> {
              ask(pipeline);
              wake(pipeline, before("storage.put", call -> true, noMemory()));
              tick(pipeline.coordinator());
            },
            SHARD + "declined: there was no memory to store its state of about "),
        new Row(
            "cut off in its snapshot, after it had applied more",
            FailureReason.SUBTASK_TIMEOUT,
            FailureReasonsTest::cutOff,
            SHARD
                + "was triggered and has applied records since, but each of its invocations"
                + " ended"),
        new Row(
            "no time left when the state is loaded",
            FailureReason.SUBTASK_TIMEOUT,
            pipeline -> {
              ask(pipeline);
              pipeline.container().wake(Pipeline.shard(0), () -> Duration.ofMillis(700));
              tick(pipeline.coordinator());
            },
            SHARD + "declined: when its state was loaded, its invocation had 700 ms left"),
        new Row(
            "a file that is gone",
            FailureReason.DAMAGED,
            FailureReasonsTest::loseAFile,
            SHARD + "cannot go on, at attempt 1: words/count/shardId-000000000000 needs a file"),
        new Row(
            "another job's metadata in its place",
            FailureReason.CONFLICT,
            FailureReasonsTest::putOtherMetadata,
            "chk-1/_metadata exists with other content"),
        new Row(
            "a restore",
            FailureReason.RESTORED_OVER,
            pipeline -> {
              pipeline.checkpoint(pipeline.container());
              run(pipeline.container(), 0, pipeline.put(0, "b"));
              ask(pipeline);
              pipeline.checkpoints().request(JOB, Request.restore("1"));
              tick(pipeline.coordinator());
            },
            "the job is restored to checkpoint 1"),
        new Row(
            "the job halts",
            FailureReason.CANCELLED,
            pipeline -> {
              ask(pipeline);
              pipeline.checkpoints().request(JOB, Request.command("cancel"));
              tick(pipeline.coordinator());
            },
            "the job halts"));
  }

  private static Supplier<OutOfMemoryError> noMemory() {
    return () -> new OutOfMemoryError("Java heap space");
  }

  private static void ask(Pipeline pipeline) {
    pipeline.pass(Pipeline.INTERVAL);
    tick(pipeline.coordinator());
    pipeline.drainWakes();
  }

  private static void expire(Pipeline pipeline) {
    pipeline.pass(Pipeline.TIMEOUT);
    tick(pipeline.coordinator());
  }

  private static void wake(Pipeline pipeline, Tap tap) {
    pipeline.container(tap).wake(Pipeline.shard(0), Pipeline.AMPLE);
  }

  private static Tap before(
      String name, Predicate<Tap.Call> which, Supplier<? extends Throwable> failure) {
    return new Tap() {
      @Override
      public void before(Call call) {
        if (call.name().equals(name) && which.test(call)) {
          throw sneaky(failure.get());
        }
      }
    };
  }

  private static RuntimeException sneaky(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (RuntimeException) thrown;
  }

  /** The next batch ends with an error. */
  private static void stop(Pipeline pipeline, Throwable error) {
    Tap tap = before("storage.get", call -> true, () -> error);
    pipeline.checkpoint(pipeline.container());
    run(pipeline.container(), 0, pipeline.put(0, "b"));
    assertThat(catchThrowable(() -> run(pipeline.container(tap), 0, pipeline.put(0, "c"))))
        .isSameAs(error);
    ask(pipeline);
    expire(pipeline);
  }

  private static Consumer<Pipeline> storing(Supplier<StorageException> failure) {
    return pipeline -> {
      ask(pipeline);
      wake(pipeline, before("storage.put", call -> true, failure));
      tick(pipeline.coordinator());
    };
  }

  /** Later code, which declares the count as text. */
  private static final class Misreading implements KeyedFunction<String> {
    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {
      context.getState(ValueStateDescriptor.of("count", String.class));
    }

    @Override
    public void process(String word, Context context) {
      throw new AssertionError("nothing is applied to state that would be misread");
    }
  }

  private static void wakeOtherCode(Pipeline pipeline) {
    ask(pipeline);
    Task<String> other = pipeline.container(Tap.NONE, Pipeline.settings(), Misreading::new);
    assertThatThrownBy(() -> other.wake(Pipeline.shard(0), Pipeline.AMPLE))
        .isInstanceOf(IncompatibleStateException.class);
    tick(pipeline.coordinator());
  }

  private static void fail(Pipeline pipeline) {
    assertThat(catchThrowable(() -> run(pipeline.container(), 0, pipeline.put(0, "poison"))))
        .isNotNull();
    ask(pipeline);
    expire(pipeline);
  }

  /** It is asked while it applies records; their entry follows, and then the container dies. */
  private static void cutOff(Pipeline pipeline) {
    Tap unlucky =
        new Tap() {
          private boolean isAsked;

          @Override
          public void before(Call call) {
            if (call.name().equals("journal.append") && !isAsked) {
              isAsked = true;
              ask(pipeline);
            }
            if (call.name().equals("storage.put")) {
              throw new Ended();
            }
          }
        };
    assertThatThrownBy(() -> run(pipeline.container(unlucky), 0, pipeline.put(0, "b")))
        .isInstanceOf(Ended.class);
    expire(pipeline);
  }

  /** Lambda ends an invocation whose time is over, wherever it is. */
  private static final class Ended extends Error {
    private static final long serialVersionUID = 1L;
  }

  private static void loseAFile(Pipeline pipeline) {
    pipeline.checkpoint(pipeline.container());
    run(pipeline.container(), 0, pipeline.put(0, "b"));
    ask(pipeline);
    pipeline.storage().paths().stream()
        .filter(path -> path.value().startsWith(JOB + "/shared/"))
        .forEach(pipeline.storage()::delete);
    assertThat(catchThrowable(() -> wake(pipeline, Tap.NONE))).isNotNull();
    expire(pipeline);
  }

  private static void putOtherMetadata(Pipeline pipeline) {
    byte[] other = {'n', 'o'};
    FilePath path = Layout.metadata(JOB, new CheckpointId(1));
    pipeline.storage().put(path, other, Sha256.of(other));
    ask(pipeline);
    wake(pipeline, Tap.NONE);
    tick(pipeline.coordinator());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void isProducedAndSaysWhatHappened(Row row) {
    Pipeline pipeline = new Pipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));

    row.happens.accept(pipeline);

    Checkpoint.Aborted aborted =
        (Checkpoint.Aborted)
            pipeline.checkpoints().checkpoints(JOB).stream()
                .filter(Checkpoint.Aborted.class::isInstance)
                .reduce((earlier, later) -> later)
                .orElseThrow();
    Failure failure = aborted.failure();
    assertThat(failure.reason()).isEqualTo(row.reason);
    assertThat(failure.message()).contains(row.message);
    assertThat(failure.subtask().isPresent()).isNotEqualTo(OF_THE_WHOLE.contains(row.reason));
  }

  @Test
  void aJobFailsOfMoreThanAreTolerated() {
    Pipeline pipeline =
        new Pipeline(
            1,
            new CheckpointSettings(
                Configuration.of(
                    Map.of(
                        "execution.checkpointing.interval",
                        "30 s",
                        "execution.checkpointing.tolerable-failed-checkpoints",
                        "0"),
                    SettingSource.ITEM)));
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    storing(() -> new StorageException("the bucket answers 403")).accept(pipeline);
    tick(pipeline.coordinator());

    assertThat(pipeline.job().status())
        .isInstanceOfSatisfying(
            JobStatus.Halted.class,
            halted ->
                assertThat(((Halt.Failed) halted.halt()).failure().reason())
                    .isEqualTo(FailureReason.TOO_MANY_FAILED_CHECKPOINTS));
  }

  @Test
  void oneThatALaterOneOvertakesIsSubsumed() {
    Pipeline pipeline =
        new Pipeline(
            1,
            new CheckpointSettings(
                Configuration.of(
                    Map.of(
                        "execution.checkpointing.interval",
                        "30 s",
                        "execution.checkpointing.max-concurrent-checkpoints",
                        "2"),
                    SettingSource.ITEM)));
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    ask(pipeline);
    ask(pipeline);
    wake(pipeline, Tap.NONE);
    tick(pipeline.coordinator());

    Checkpoint.Aborted first =
        (Checkpoint.Aborted)
            pipeline.checkpoints().checkpoint(JOB, new CheckpointId(1)).orElseThrow();
    assertThat(first.failure().reason()).isEqualTo(FailureReason.SUBSUMED);
    assertThat(first.failure().message()).isEqualTo("checkpoint 2 was completed before it");
  }

  @Test
  void noReasonIsNeverProduced() {
    assertThat(FailureReason.values())
        .filteredOn(reason -> !ON_THEIR_OWN.contains(reason))
        .containsExactlyInAnyOrderElementsOf(rows().map(Row::reason).collect(Collectors.toSet()));
  }
}
