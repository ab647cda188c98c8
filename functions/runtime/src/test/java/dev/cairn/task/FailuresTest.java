package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.Serializer;
import dev.cairn.function.Serializers;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.id.Position;
import dev.cairn.journal.Entry;
import dev.cairn.journal.ShardFailure;
import dev.cairn.lambda.OwnStream;
import dev.cairn.lambda.StartFailureRecorder;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.RestartStrategyType;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.Counts;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.ScriptedCoordinator;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.pipeline.Words;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever stops a shard is a failure in its journal: with its reason, where it happened, and
 * governed by the restart strategy.
 */
class FailuresTest {

  /** One way to stop a shard of "a", "stop", "c" at its second record. */
  private record Row(String name, FailureReason reason, Supplier<Throwable> error) {
    @Override
    public String toString() {
      return reason + ": " + name;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
            "the function throws", FailureReason.USER_CODE, () -> new IllegalStateException("no")),
        new Row("an assertion", FailureReason.USER_CODE, () -> new AssertionError("no")),
        new Row("an error of the user's", FailureReason.USER_CODE, () -> new Error("no")),
        new Row("endless recursion", FailureReason.USER_CODE, StackOverflowError::new),
        new Row(
            "an error of a native library",
            FailureReason.USER_CODE,
            () -> new InternalError("a fault occurred in an unsafe memory access operation")),
        new Row(
            "a class that is missing",
            FailureReason.CODE_NOT_LOADABLE,
            () -> new NoClassDefFoundError("com/example/Lib")),
        new Row(
            "a class that fails when it is loaded",
            FailureReason.CODE_NOT_LOADABLE,
            () -> new ExceptionInInitializerError(new IllegalStateException("no"))),
        new Row(
            "a library of another version",
            FailureReason.CODE_NOT_LOADABLE,
            () -> new NoSuchMethodError("com.example.Lib.run()")));
  }

  /** Throws at the word "stop". */
  private static final class Stopping implements KeyedFunction<String> {
    private final Words words = new Words();
    private final Supplier<Throwable> error;

    Stopping(Supplier<Throwable> error) {
      this.error = error;
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
    public void process(String word, dev.cairn.function.Context context) throws Exception {
      if (word.equals("stop")) {
        switch (error.get()) {
          case Error e -> throw e;
          case Exception e -> throw e;
          case Throwable t -> throw new IllegalStateException(t);
        }
      }
      words.process(word, context);
    }
  }

  private static TaskPipeline withoutRestarts(int shards) {
    return new TaskPipeline(
        shards,
        new CheckpointSettings(Optional.of(TaskPipeline.INTERVAL), TaskPipeline.TIMEOUT, 2)
            .and(
                Configuration.DEFAULTS.with(
                    Options.RESTART_STRATEGY,
                    Optional.of(RestartStrategyType.NONE),
                    SettingSource.CONSTRUCT)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aShardThatStopsHasAFailureAndKeepsWhatCameBefore(Row row) {
    TaskPipeline pipeline = withoutRestarts(1);
    List<StreamRecord> batch = pipeline.put(0, "a", "stop", "c");
    Task<String> container =
        pipeline.container(Tap.NONE, TaskPipeline.settings(), () -> new Stopping(row.error));

    var unused = catchThrowable(() -> run(container, 0, batch));

    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(batch.subList(0, 1)));
    ShardFailure failing = pipeline.head(0).failing().orElseThrow();
    assertThat(failing.reason()).isEqualTo(row.reason);
    assertThat(failing.message()).contains(batch.get(1).sequenceNumber().digits());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void onlyTheFaultOfOneRecordBecomesADeadLetter(Row row) {
    TaskPipeline pipeline = new TaskPipeline(1);
    List<StreamRecord> batch = pipeline.put(0, "a", "stop", "c");
    TaskSettings lenient = TaskPipeline.settings().withFailurePolicy(FailurePolicy.DEAD_LETTER);

    var unused =
        catchThrowable(
            () ->
                run(
                    pipeline.container(Tap.NONE, lenient, () -> new Stopping(row.error)),
                    0,
                    batch));

    boolean ofRecord = row.reason == FailureReason.USER_CODE;
    assertThat(pipeline.head(0).counts().deadLettered()).isEqualTo(ofRecord ? 1 : 0);
    assertThat(pipeline.head(0).counts().applied()).isEqualTo(ofRecord ? 2 : 1);
    assertThat(pipeline.head(0).failing().isPresent()).isEqualTo(!ofRecord);
  }

  static List<Supplier<Throwable>> whatDecodingThrows() {
    return List.of(
        () -> new IllegalStateException("no"),
        () -> new AssertionError("no"),
        () -> new Error("no"),
        StackOverflowError::new);
  }

  /** Whatever the serializer throws, no record is to blame for what is stored. */
  @ParameterizedTest
  @MethodSource("whatDecodingThrows")
  void stateThatCannotBeReadFailsTheShardAndNoRecord(Supplier<Throwable> error) {
    TaskPipeline pipeline = withoutRestarts(1);
    TaskSettings lenient = TaskPipeline.settings().withFailurePolicy(FailurePolicy.DEAD_LETTER);
    run(noting(pipeline, lenient, Optional.empty()), 0, pipeline.put(0, "a"));
    pipeline.put(pipeline.key(0, 1), "of another key");
    List<StreamRecord> batch = new ArrayList<>(pipeline.last(0, 1));
    batch.addAll(pipeline.put(0, "b"));

    var unused = catchThrowable(() -> run(noting(pipeline, lenient, Optional.of(error)), 0, batch));

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(2, 0));
    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.INCOMPATIBLE_STATE);
  }

  private static Task<String> noting(
      TaskPipeline pipeline, TaskSettings settings, Optional<Supplier<Throwable>> whenRead) {
    return pipeline.container(
        Tap.NONE, settings, () -> new Noting(new Noting.Undecodable(whenRead)));
  }

  /** Keeps the last word of each key, by a serializer of the user's. */
  private static final class Noting implements KeyedFunction<String> {
    private final Undecodable serializer;
    private ValueState<String> note;

    Noting(Undecodable serializer) {
      this.serializer = serializer;
    }

    @Override
    public Deserializer<String> deserializer() {
      return new Words().deserializer();
    }

    @Override
    public void open(RuntimeContext context) {
      note = context.getState(new ValueStateDescriptor<>("note", serializer));
    }

    @Override
    public void process(String word, dev.cairn.function.Context context) {
      note.update(note.value().map(before -> before + word).orElse(word));
    }

    private record Undecodable(Optional<Supplier<Throwable>> whenRead)
        implements Serializer<String> {
      private static final Serializer<String> TEXT = Serializers.of(String.class);

      @Override
      public String id() {
        return "noted";
      }

      @Override
      public byte[] serialize(String value) {
        return TEXT.serialize(value);
      }

      @Override
      public String deserialize(byte[] bytes) {
        if (whenRead.isPresent() && TEXT.deserialize(bytes).equals("a")) {
          switch (whenRead.get().get()) {
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            case Throwable t -> throw new IllegalStateException(t);
          }
        }
        return TEXT.deserialize(bytes);
      }

      @Override
      public boolean immutable() {
        return true;
      }
    }
  }

  @Test
  void aFunctionThatCannotBeOpenedIsAFailure() {
    TaskPipeline pipeline = withoutRestarts(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    Supplier<KeyedFunction<String>> broken =
        () -> {
          throw new ExceptionInInitializerError("no");
        };

    var unused =
        catchThrowable(
            () ->
                run(
                    pipeline.container(Tap.NONE, TaskPipeline.settings(), broken),
                    0,
                    pipeline.put(0, "b")));

    assertThat(pipeline.head(0).failing().orElseThrow().reason())
        .isEqualTo(FailureReason.CODE_NOT_LOADABLE);
  }

  @Test
  void aContainerThatCannotStartIsAFailureOfTheShardItWasInvokedFor() {
    TaskPipeline pipeline = withoutRestarts(2);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    StartFailureRecorder failed =
        new StartFailureRecorder(
            TaskPipeline.settings(), pipeline.taskPorts(Tap.NONE), OwnStream.ofFirstBatch());
    for (int shard = 0; shard < 2; shard++) {
      byte[] wake =
          ("{\"cairn\":\"wake\",\"shard\":\"" + TaskPipeline.shard(shard) + "\"}")
              .getBytes(StandardCharsets.UTF_8);
      failed.record(
          new ByteArrayInputStream(wake),
          new IllegalStateException("the constructor threw"),
          TaskPipeline.AMPLE);
    }

    assertThat(pipeline.journal(1)).as("a shard is not opened for this").isEmpty();
    ShardFailure failing = pipeline.head(0).failing().orElseThrow();
    assertThat(failing.reason()).isEqualTo(FailureReason.USER_CODE);
    assertThat(failing.message()).contains("the constructor threw");
  }

  @Test
  void aStorageThatRefusesIsAFailure() {
    TaskPipeline pipeline = withoutRestarts(1);
    Tap refusing =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.put")) {
              throw new StorageException("the bucket answers 403");
            }
          }
        };

    var unused =
        catchThrowable(
            () -> run(pipeline.container(refusing), 0, pipeline.put(0, "a", "size:20000")));

    assertThat(pipeline.head(0).failing().orElseThrow().reason()).isEqualTo(FailureReason.STORAGE);
    assertThat(pipeline.head(0).position()).isEqualTo(Position.beginning());
  }

  /** A container that fails on the poison, and reports it only after {@code meanwhile}. */
  private static void failLate(
      TaskPipeline pipeline, List<StreamRecord> batch, Runnable meanwhile) {
    Tap slow =
        new Tap() {
          private boolean waited;

          @Override
          public void before(Call call) {
            if (call.name().equals("checkpoints.job") && !waited) {
              waited = true;
              meanwhile.run();
            }
          }
        };
    // Cold: the job is read for its first entry, so that the journal exists beforehand.
    var unused = catchThrowable(() -> run(pipeline.container(slow), 0, batch));
  }

  @Test
  void aLateReportDoesNotFailAShardThatHasGoneOn() {
    TaskPipeline pipeline = withoutRestarts(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = pipeline.put(0, "poison");
    TaskSettings lenient = TaskPipeline.settings().withFailurePolicy(FailurePolicy.DEAD_LETTER);

    failLate(
        pipeline,
        batch,
        () -> {
          // Another deployment passes the record.
          run(pipeline.container(Tap.NONE, lenient), 0, batch);
        });

    assertThat(pipeline.journal(0)).noneMatch(Entry.Failed.class::isInstance);
    assertThat(pipeline.head(0).failing()).isEmpty();
  }

  @Test
  void aLateReportIsNotASecondFailureOfOneAttempt() {
    TaskPipeline pipeline = new TaskPipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = pipeline.put(0, "poison");

    failLate(
        pipeline,
        batch,
        () -> {
          var again = catchThrowable(() -> run(pipeline.container(), 0, batch));
          pipeline.pass(Duration.ofMinutes(5));
        });

    assertThat(pipeline.head(0).failing().orElseThrow().failures().attempts()).isEqualTo(1);
  }

  @Test
  void aTriggerInBetweenDoesNotHideAFailure() {
    TaskPipeline pipeline = new TaskPipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = pipeline.put(0, "poison");

    failLate(pipeline, batch, () -> new ScriptedCoordinator(pipeline).trigger());

    assertThat(pipeline.journal(0)).anyMatch(Entry.Triggered.class::isInstance);
    assertThat(pipeline.head(0).failing()).isPresent();
  }
}
