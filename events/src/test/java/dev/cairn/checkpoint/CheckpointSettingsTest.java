package dev.cairn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.restart.RestartStrategy;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.RetentionOnCancellation;
import dev.cairn.settings.SettingSource;
import dev.cairn.settings.StorageKind;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointSettingsTest {

  @Test
  void theDefaultsAreFlinksUnlessThereIsAReason() {
    CheckpointSettings defaults = CheckpointSettings.DEFAULTS;
    assertThat(defaults.interval()).isEmpty();
    assertThat(defaults.timeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(defaults.numRetained()).isEqualTo(1);
    assertThat(defaults.minPause()).isZero();
    assertThat(defaults.maxConcurrentCheckpoints()).isEqualTo(1);
    assertThat(defaults.tolerableFailedCheckpoints()).isEqualTo(Integer.MAX_VALUE);
    assertThat(defaults.externalizedCheckpointRetention())
        .isEqualTo(RetentionOnCancellation.RETAIN_ON_CANCELLATION);
    assertThat(defaults.dataInlineThreshold()).isEqualTo(8 * 1024);
    assertThat(defaults.incremental()).isTrue();
    assertThat(defaults.restartStrategy())
        .isEqualTo(
            new RestartStrategy.ExponentialDelay(
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                1.5,
                Duration.ofHours(1),
                0.1,
                Integer.MAX_VALUE));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "''| JOBMANAGER",
        "execution.checkpointing.dir: s3://b/p | FILESYSTEM",
        "execution.checkpointing.storage: jobmanager | JOBMANAGER"
      })
  void withoutADirectoryStateIsInline(String written, StorageKind kind) {
    assertThat(settings(written).checkpointStorage()).isEqualTo(kind);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "execution.checkpointing.max-concurrent-checkpoints: 2, execution.checkpointing.min-pause: 1 s"
            + " | execution.checkpointing.max-concurrent-checkpoints: 2 contradicts"
            + " execution.checkpointing.min-pause: 1 s: with a pause between two checkpoints"
            + " there is never more than one pending; omit one of the two",
        "execution.checkpointing.storage: jobmanager, execution.checkpointing.dir: s3://b/p |"
            + " execution.checkpointing.storage: jobmanager contradicts execution.checkpointing.dir:"
            + " s3://b/p: inline state is in the table, with its metadata; omit one of the two",
        "execution.checkpointing.storage: filesystem | execution.checkpointing.storage: filesystem"
            + " needs a directory: set execution.checkpointing.dir, such as to s3://bucket/prefix",
        "restart-strategy.exponential-delay.initial-backoff: 2 min |"
            + " restart-strategy.exponential-delay.max-backoff: 1 min contradicts"
            + " restart-strategy.exponential-delay.initial-backoff: 2 min: the longest delay cannot be"
            + " shorter than the first; raise it",
        "restart-strategy.fixed-delay.attempts: 3 | restart-strategy.fixed-delay.attempts: 3"
            + " has no effect without restart-strategy.type: fixed-delay, as"
            + " exponential-delay is the"
            + " default; set both, or neither"
      })
  void aContradictionIsRefusedByName(String written, String message) {
    assertThatThrownBy(() -> settings(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aContradictionBetweenTwoPlacesIsOneToo() {
    CheckpointSettings deployed = settings("execution.checkpointing.min-pause: 1 s");
    Configuration code =
        Configuration.DEFAULTS.with(Options.MAX_CONCURRENT_CHECKPOINTS, 2, SettingSource.CODE);

    assertThatThrownBy(() -> deployed.and(code)).hasMessageContaining("contradicts");
    assertThat(
            deployed
                .and(code.with(Options.MIN_PAUSE, Duration.ZERO, SettingSource.CODE))
                .maxConcurrentCheckpoints())
        .isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"999 ms", "1500 ms", "1 ms"})
  void anIntervalThatNoMessageCanKeepIsRefusedWhereItIsDeployed(String interval) {
    CheckpointSettings fine = settings("execution.checkpointing.interval: " + interval);
    assertThatThrownBy(fine::requireDeployable)
        .hasMessage(
            "execution.checkpointing.interval "
                + interval
                + " is not possible: delayed messages of whole seconds invoke the"
                + " coordinator; choose whole seconds, 1 s or more");
  }

  @Test
  void aWholeSecondCanBeDeployed() {
    CheckpointSettings second = settings("execution.checkpointing.interval: 1 s");
    assertThat(second.requireDeployable()).isSameAs(second);
    assertThat(CheckpointSettings.DEFAULTS.requireDeployable().interval()).isEmpty();
  }

  @Test
  void valuesCountAndNotWhereTheyWereSet() {
    CheckpointSettings three =
        new CheckpointSettings(Optional.of(Duration.ofMinutes(1)), Duration.ofMinutes(10), 1);
    CheckpointSettings one =
        new CheckpointSettings(
            Configuration.DEFAULTS.set(
                "execution.checkpointing.interval", "60 s", SettingSource.ITEM));

    assertThat(three).isEqualTo(one).hasSameHashCodeAs(one);
    assertThat(three).isNotEqualTo(CheckpointSettings.DEFAULTS);
  }

  /**
   * @param written {@code name: value}, separated by commas
   */
  private static CheckpointSettings settings(String written) {
    Configuration configuration = Configuration.DEFAULTS;
    for (String setting : written.isEmpty() ? new String[0] : written.split(", ")) {
      String[] parts = setting.split(": ", 2);
      configuration = configuration.set(parts[0], parts[1], SettingSource.CONSTRUCT);
    }
    return new CheckpointSettings(configuration);
  }
}
