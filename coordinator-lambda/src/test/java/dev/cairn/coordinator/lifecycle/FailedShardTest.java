package dev.cairn.coordinator.lifecycle;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.function.KeyedFunction;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.RestartStrategyType;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A shard that was given up is a failure of its job. */
class FailedShardTest {
  private final Pipeline pipeline =
      new Pipeline(
          2,
          Pipeline.CHECKPOINTS.and(
              Configuration.DEFAULTS.with(
                  Options.RESTART_STRATEGY,
                  Optional.of(RestartStrategyType.NONE),
                  SettingSource.CONSTRUCT)));

  @Test
  void aRecordThatFailsFailsTheJobAndIsNamed() {
    List<StreamRecord> batch = pipeline.put(0, "a", "poison");

    run(pipeline.container(), 0, batch);

    requireFailed(FailureReason.USER_CODE, batch.get(1).sequenceNumber().digits());
  }

  @Test
  void aFunctionThatCannotBeOpenedFailsTheJob() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    Supplier<KeyedFunction<String>> broken =
        () -> {
          throw new ExceptionInInitializerError("no");
        };
    Task<String> container = pipeline.container(Tap.NONE, Pipeline.settings(), broken);

    var unused = catchThrowable(() -> run(container, 0, pipeline.put(0, "b")));

    requireFailed(FailureReason.CODE_NOT_LOADABLE, "ExceptionInInitializerError");
  }

  @Test
  void aKeyOfAnotherShardFailsTheJobAndItsRecordIsNamed() {
    pipeline.put(0, "a");
    pipeline.stream()
        .put(pipeline.key(1, 0), "b".getBytes(UTF_8), Optional.of(KeyHash.of(pipeline.key(0, 0))));
    List<StreamRecord> batch = pipeline.all(0);

    run(pipeline.container(), 0, batch);

    requireFailed(FailureReason.KEY_OUTSIDE_SHARD, batch.get(1).sequenceNumber().digits());
  }

  private void requireFailed(FailureReason reason, String named) {
    tick(pipeline.coordinator());
    tick(pipeline.coordinator());
    assertThat(pipeline.job().status())
        .isInstanceOfSatisfying(
            JobStatus.Halted.class,
            halted -> {
              Failure failure = ((Halt.Failed) halted.halt()).failure();
              assertThat(failure.reason()).isEqualTo(reason);
              assertThat(failure.message()).contains(named);
            });
  }
}
