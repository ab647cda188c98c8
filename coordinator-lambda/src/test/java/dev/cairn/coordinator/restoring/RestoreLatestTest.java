package dev.cairn.coordinator.restoring;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.task.Task;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as the latest state, also for a coordinator that has long passed over it. */
class RestoreLatestTest {
  private final Pipeline pipeline = new Pipeline(1);
  private final Task<String> container = pipeline.container();
  // One that is warm remembers from where on checkpoints are of interest.
  private final Coordinator warm = pipeline.coordinator();

  private void savepoint() {
    pipeline.checkpoints().request(JOB, Request.command("savepoint"));
    tick(warm);
    pipeline.deliverWakes(container);
    tick(warm);
  }

  /** Savepoint 1 is complete; checkpoint 2 was triggered, and is aborted. */
  private void saveAndThenFail() {
    run(container, 0, pipeline.put(0, "a"));
    savepoint();
    run(container, 0, pipeline.put(0, "b"));
    pipeline.pass(Pipeline.INTERVAL);
    tick(warm);
    pipeline.drainWakes();
    pipeline.pass(Pipeline.TIMEOUT);
    tick(warm);
    pipeline.drainWakes();
    assertThat(pipeline.checkpoints().checkpoints(JOB))
        .hasAtLeastOneElementOfType(Checkpoint.Aborted.class)
        .filteredOn(Checkpoint.Completed.class::isInstance)
        .extracting(Checkpoint::id)
        .containsExactly(new CheckpointId(1));
  }

  private Optional<CheckpointId> restored() {
    return pipeline.journal(0).stream()
        .filter(Entry.Restored.class::isInstance)
        .map(Entry.Restored.class::cast)
        .reduce((earlier, later) -> later)
        .flatMap(Entry.Restored::checkpoint);
  }

  @Test
  void aSavepointBeforeEveryCheckpointThatIsLeftIsStillTheLatest() {
    saveAndThenFail();
    pipeline.checkpoints().request(JOB, Request.restore("latest"));

    tick(warm);

    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(restored()).contains(new CheckpointId(1));
  }

  @Test
  void aDamagedJobFindsItToo() {
    saveAndThenFail();
    pipeline.storage().paths().stream()
        .filter(path -> path.value().startsWith(JOB + "/"))
        .forEach(pipeline.storage()::delete);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> run(pipeline.container(), 0, pipeline.put(0, "c")))
          .isInstanceOf(DamagedFileException.class);
      pipeline.pass(Duration.ofSeconds(30));
    }

    tick(warm);
    assertThat(pipeline.job().status().restoringFrom()).contains(new CheckpointId(1));
    tick(warm);
    assertThat(restored()).contains(new CheckpointId(1));
  }

  /** Checkpoint 1, then savepoint 2. */
  @ParameterizedTest
  @CsvSource({"false, 2", "true, 1"})
  void theLatestIsASavepointUnlessCheckpointsArePreferred(boolean prefers, long latest) {
    Configuration configuration =
        Configuration.DEFAULTS
            .with(Options.INTERVAL, Optional.of(Pipeline.INTERVAL), SettingSource.CONSTRUCT)
            .with(Options.PREFER_CHECKPOINT_FOR_RECOVERY, prefers, SettingSource.CONSTRUCT);
    Pipeline preferring = new Pipeline(1, new CheckpointSettings(configuration));
    Task<String> task = preferring.container();
    run(task, 0, preferring.put(0, "a"));
    preferring.checkpoint(task);
    run(task, 0, preferring.put(0, "b"));
    for (String request : List.of("savepoint", "restore latest")) {
      preferring.checkpoints().request(JOB, Request.command(request));
      for (int i = 0; i < 2; i++) {
        tick(preferring.coordinator());
        preferring.deliverWakes(task);
      }
    }

    assertThat(preferring.journal(0))
        .filteredOn(Entry.Restored.class::isInstance)
        .singleElement()
        .satisfies(
            entry ->
                assertThat(((Entry.Restored) entry).checkpoint())
                    .contains(new CheckpointId(latest)));
  }
}
