package dev.cairn.coordinator.checkpointing;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.id.CheckpointId;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.SettingSource;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code execution.checkpointing.min-pause} counts from the end of the checkpoint before. */
class MinPauseTest {
  private final Pipeline pipeline =
      new Pipeline(
          1,
          new CheckpointSettings(Optional.of(Pipeline.INTERVAL), Pipeline.TIMEOUT, 2)
              .and(
                  Configuration.of(
                      Map.of("execution.checkpointing.min-pause", "600 s"),
                      SettingSource.CONSTRUCT)));

  /** Reading acknowledgements takes a second, so the checkpoint ends after the tick has begun. */
  private final Tap slow =
      new Tap() {
        @Override
        public void before(Call call) {
          if (call.name().equals("checkpoints.acknowledgements")) {
            pipeline.pass(Duration.ofSeconds(1));
          }
        }
      };

  @Test
  void theTickThatCompletesACheckpointKeepsThePauseAfterIt() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a"));
    pipeline.pass(Pipeline.INTERVAL);
    tick(pipeline.coordinator());
    pipeline.deliverWakes(container);
    run(container, 0, pipeline.put(0, "b"));
    pipeline.pass(Pipeline.INTERVAL);

    tick(pipeline.coordinator(slow));

    assertThat(pipeline.checkpoints().checkpoint(Pipeline.JOB, new CheckpointId(1)))
        .containsInstanceOf(Checkpoint.Completed.class);
    assertThat(pipeline.job().next()).as("no other has begun").isEqualTo(new CheckpointId(2));
    pipeline.pass(Duration.ofSeconds(600));
    tick(pipeline.coordinator());
    assertThat(pipeline.job().next()).isEqualTo(new CheckpointId(3));
  }
}
