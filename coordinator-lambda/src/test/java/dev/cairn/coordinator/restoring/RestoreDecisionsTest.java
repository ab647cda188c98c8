package dev.cairn.coordinator.restoring;

import static dev.cairn.coordinator.Samples.FIRST;
import static dev.cairn.coordinator.Samples.INTERVAL;
import static dev.cairn.coordinator.Samples.NOON;
import static dev.cairn.coordinator.Samples.RUNNING;
import static dev.cairn.coordinator.Samples.aborted;
import static dev.cairn.coordinator.Samples.completed;
import static dev.cairn.coordinator.Samples.id;
import static dev.cairn.coordinator.Samples.job;
import static dev.cairn.coordinator.Samples.pending;
import static dev.cairn.coordinator.Samples.savepoint;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.job.Job;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of what was read → what a job may go back to, and whether it has lost records. */
class RestoreDecisionsTest {
  @Test
  void recoversTheNewestOrTheNewestCheckpointBeforeAnySavepoint() {
    List<Checkpoint> all =
        List.of(
            savepoint(1),
            completed(2, NOON, FIRST),
            aborted(3, NOON),
            savepoint(4),
            completed(5, NOON, FIRST),
            savepoint(6),
            new Checkpoint.Subsumed(completed(7, NOON, FIRST)),
            pending(8, NOON, FIRST));
    Job either = job(RUNNING, 1, Optional.empty(), Optional.of(INTERVAL));
    Job preferring =
        job(
            RUNNING,
            1,
            Optional.empty(),
            new CheckpointSettings(
                either
                    .settings()
                    .configuration()
                    .with(Options.PREFER_CHECKPOINT_FOR_RECOVERY, true, SettingSource.CONSTRUCT)));

    assertThat(RestoreDecisions.recoverable(either, all))
        .extracting(Checkpoint::id)
        .containsExactly(id(6), id(5), id(4), id(2), id(1));
    assertThat(RestoreDecisions.recoverable(preferring, all))
        .extracting(Checkpoint::id)
        .containsExactly(id(5), id(2), id(6), id(4), id(1));
    assertThat(RestoreDecisions.recoverable(preferring, List.of(savepoint(1), aborted(2, NOON))))
        .as("rather than nothing")
        .extracting(Checkpoint::id)
        .containsExactly(id(1));
  }

  @ParameterizedTest
  @CsvSource({"1799, true", "1800, false"})
  void recordsMayHaveExpiredThatArrivedWithinTheMarginOfTheHorizon(long seconds, boolean expired) {
    assertThat(
            RestoreGuards.ALL
                .mayHaveExpired()
                .test(NOON.plusSeconds(seconds), NOON, Duration.ofMinutes(30)))
        .isEqualTo(expired);
  }
}
