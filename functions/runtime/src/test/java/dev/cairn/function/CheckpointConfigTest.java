package dev.cairn.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.settings.AggregateHashKey;
import dev.cairn.settings.DamagedHeadFallback;
import dev.cairn.settings.Options;
import dev.cairn.settings.RecordOutsideShard;
import dev.cairn.settings.RetentionOnCancellation;
import dev.cairn.settings.SettingSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people who know Flink write. */
class CheckpointConfigTest {
  private final CheckpointConfig config = new CheckpointConfig();

  private CheckpointSettings settings() {
    return new CheckpointSettings(config.configuration());
  }

  @Test
  void setsWhatFlinksMethodsOfThatNameSet() {
    config
        .enableCheckpointing(60_000)
        .setMinPauseBetweenCheckpoints(500)
        .setCheckpointTimeout(120_000)
        .setMaxConcurrentCheckpoints(1)
        .setTolerableCheckpointFailureNumber(3)
        .setExternalizedCheckpointRetention(RetentionOnCancellation.DELETE_ON_CANCELLATION)
        .setPreferCheckpointForRecovery(true);

    assertThat(settings().interval()).contains(Duration.ofMinutes(1));
    assertThat(settings().minPause()).isEqualTo(Duration.ofMillis(500));
    assertThat(settings().timeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(settings().maxConcurrentCheckpoints()).isEqualTo(1);
    assertThat(settings().tolerableFailedCheckpoints()).isEqualTo(3);
    assertThat(settings().externalizedCheckpointRetention())
        .isEqualTo(RetentionOnCancellation.DELETE_ON_CANCELLATION);
    assertThat(settings().preferCheckpointForRecovery()).isTrue();
    assertThat(config.configuration().place(Options.MIN_PAUSE)).contains(SettingSource.CODE);
  }

  @Test
  void setsAnyOtherByItsConstantOrItsName() {
    config
        .set(Options.RECOVERY_FALLBACK, DamagedHeadFallback.FROM_BEGINNING)
        .set("state.checkpoints.num-retained", "7")
        .set("cairn.aggregates.hash-key", "explicit")
        .set(Options.AGGREGATE_OUTSIDE_SHARD, RecordOutsideShard.DISCARD);

    assertThat(settings().recoveryFallback()).isEqualTo(DamagedHeadFallback.FROM_BEGINNING);
    assertThat(settings().numRetained()).isEqualTo(7);
    assertThat(settings().aggregateHashKey()).isEqualTo(AggregateHashKey.EXPLICIT);
    assertThat(settings().aggregateOutsideShard()).isEqualTo(RecordOutsideShard.DISCARD);
  }

  @ParameterizedTest
  @CsvSource({"true, 0", "false, 2147483647"})
  void failOnCheckpointingErrorsIsAnOldWordForHowManyMayFail(boolean fail, int tolerable) {
    config.setFailOnCheckpointingErrors(fail);
    assertThat(settings().tolerableFailedCheckpoints()).isEqualTo(tolerable);
  }

  @Test
  void takesNoneWhateverIsDeployed() {
    config.disableCheckpointing();
    CheckpointSettings deployed =
        new CheckpointSettings(
            dev.cairn.settings.Configuration.DEFAULTS.set(
                "execution.checkpointing.interval", "30 s", SettingSource.CONSTRUCT));
    assertThat(deployed.and(config.configuration()).interval()).isEmpty();
  }

  @Test
  void refusesByNameWhereItIsWritten() {
    assertThatThrownBy(() -> config.enableCheckpointing(0))
        .hasMessage("execution.checkpointing.interval must be positive, not PT0S");
    assertThatThrownBy(() -> config.setMaxConcurrentCheckpoints(0))
        .hasMessage("execution.checkpointing.max-concurrent-checkpoints must be at least 1, not 0");
    assertThatThrownBy(() -> config.set("execution.checkpointing.savepoint-dir", "s3://bucket"))
        .hasMessage(
            "execution.checkpointing.savepoint-dir cannot be set in the function's code: set it in"
                + " the construct or the function's environment or the job's item");
    assertThatThrownBy(() -> config.set("execution.checkpointing.unaligned.enabled", "true"))
        .hasMessageStartingWith(
            "execution.checkpointing.unaligned.enabled: true is not possible here: ");
  }
}
