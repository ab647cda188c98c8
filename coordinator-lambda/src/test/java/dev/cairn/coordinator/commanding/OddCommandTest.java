package dev.cairn.coordinator.commanding;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.SettingSource;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A command that cannot be served keeps nothing else of a tick from being done. */
class OddCommandTest {
  private static final String DIRECTORY = "execution.checkpointing.savepoint-dir";

  private static Pipeline pipeline(String directory) {
    return new Pipeline(
        1,
        new CheckpointSettings(
            Configuration.of(
                Map.of(
                    "execution.checkpointing.interval",
                    Pipeline.INTERVAL.toSeconds() + " s",
                    DIRECTORY,
                    directory),
                SettingSource.ITEM)));
  }

  private static void begin(Pipeline pipeline) {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.pass(Pipeline.INTERVAL);
  }

  /** What a schedule takes at the same tick. */
  private static void assertCheckpointBegun(Pipeline pipeline) {
    assertThat(pipeline.checkpoints().checkpoints(JOB))
        .singleElement()
        .isInstanceOf(Checkpoint.Pending.class)
        .satisfies(
            one -> assertThat(one.trigger().cause()).isEqualTo(Checkpoint.Triggering.SCHEDULE));
  }

  @ParameterizedTest
  @CsvSource({"savepoint", "savepoint before-upgrade", "stop"})
  void aDirectoryOfOddCharactersIsRefusedByName(String command) {
    Pipeline pipeline = pipeline("s3://bucket/säve points");
    begin(pipeline);
    pipeline.checkpoints().request(JOB, Request.command(command));

    tick(pipeline.coordinator());

    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .startsWith(
            "a savepoint cannot be stored at \"s3://bucket/säve points\", which "
                + DIRECTORY
                + " says: path \"s3://bucket/säve points\"")
        .endsWith("correct the setting, and repeat the request");
    assertThat(pipeline.job().command()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertCheckpointBegun(pipeline);
  }

  /** Otherwise each task would fail on the names of its files, again and again. */
  @Test
  void aDirectoryThatLeavesNoRoomForTheFilesIsRefused() {
    Pipeline pipeline = pipeline("s3://bucket/" + "x".repeat(700));
    begin(pipeline);
    pipeline.checkpoints().request(JOB, Request.command("savepoint"));

    tick(pipeline.coordinator());

    assertThat(pipeline.job().refusal().orElseThrow().reason()).contains("is too long");
    assertCheckpointBegun(pipeline);
  }

  @Test
  void aJobThatFindsNoPlaceForItsLastSavepointGoesOn() {
    Pipeline pipeline = pipeline("s3://bucket/säve points");
    begin(pipeline);
    // It was told to stop while the setting was another one.
    JobStatus stopping = new JobStatus.Suspending(new Halt.Stopping(Optional.empty()));
    pipeline.checkpoints().move(pipeline.job(), stopping, List.of(), pipeline.now());

    for (int i = 0; i < 3; i++) {
      tick(pipeline.coordinator());
    }

    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .startsWith("the job goes on: a savepoint cannot be stored at \"s3://bucket/säve points\"");
  }

  private static Tap failing(String call, Supplier<RuntimeException> failure) {
    return new Tap() {
      private boolean isOver;

      @Override
      public void before(Call called) {
        if (called.name().equals(call) && !isOver) {
          isOver = true;
          throw failure.get();
        }
      }
    };
  }

  @Test
  void whatNobodyForesawIsRefusedAndTheTickGoesOn() {
    Pipeline pipeline = new Pipeline(1);
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a"));
    pipeline.checkpoint(container);
    run(container, 0, pipeline.put(0, "b"));
    pipeline.pass(Pipeline.INTERVAL);
    pipeline.checkpoints().request(JOB, Request.restore("1"));

    tick(
        pipeline.coordinator(
            failing("storage.get", () -> new IllegalStateException("what is this"))));

    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("the coordinator failed on it", "IllegalStateException: what is this", "log");
    assertThat(pipeline.job().restoreCheckpointId()).isEmpty();
    assertThat(pipeline.checkpoints().checkpoints(JOB))
        .last()
        .isInstanceOf(Checkpoint.Pending.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"table", "service"})
  void whatMayPassIsTriedAgainAndKeepsNoCheckpointWaiting(String kind) {
    Pipeline pipeline = new Pipeline(1);
    begin(pipeline);
    pipeline.checkpoints().request(JOB, Request.command("cancel"));
    Supplier<RuntimeException> failure =
        () -> kind.equals("table") ? new OutcomeUnknownException("no answer") : new Throttled();

    assertThatThrownBy(() -> tick(pipeline.coordinator(failing("checkpoints.move", failure))))
        .isInstanceOf(failure.get().getClass());

    assertCheckpointBegun(pipeline);
    assertThat(pipeline.job().command()).contains("cancel");
    assertThat(pipeline.job().refusal()).isEmpty();
    tick(pipeline.coordinator());
    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Halted.class);
  }

  /** As a service's client says it. */
  private static final class Throttled extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
