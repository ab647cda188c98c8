package dev.cairn.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.function.CheckpointConfig.ExternalizedCheckpointCleanup;
import dev.cairn.restart.RestartStrategy;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.RetentionOnCancellation;
import dev.cairn.settings.SettingSource;
import dev.cairn.settings.StorageKind;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Lines of Flink programs as they are in Flink's documentation, with other imports. {@code env} is
 * what {@link KeyedFunction#configure} is given.
 */
class FlinkLinesTest {
  private final CheckpointConfig env = new CheckpointConfig();

  private CheckpointSettings settings() {
    return new CheckpointSettings(env.configuration());
  }

  /** The example at the top of Flink's page on checkpointing, in its form for 1.x. */
  @Test
  void theExampleOfFlinksDocumentation() {
    env.enableCheckpointing(1000);
    env.getCheckpointConfig().setCheckpointingMode(CheckpointingMode.EXACTLY_ONCE);
    env.getCheckpointConfig().setMinPauseBetweenCheckpoints(500);
    env.getCheckpointConfig().setCheckpointTimeout(60000);
    env.getCheckpointConfig().setTolerableCheckpointFailureNumber(2);
    env.getCheckpointConfig().setMaxConcurrentCheckpoints(1);
    env.getCheckpointConfig()
        .setExternalizedCheckpointCleanup(ExternalizedCheckpointCleanup.RETAIN_ON_CANCELLATION);
    env.setStateBackend(new FsStateBackend("s3://my-bucket/checkpoints"));

    assertThat(settings().interval()).contains(Duration.ofSeconds(1));
    assertThat(settings().minPause()).isEqualTo(Duration.ofMillis(500));
    assertThat(settings().timeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings().tolerableFailedCheckpoints()).isEqualTo(2);
    assertThat(settings().maxConcurrentCheckpoints()).isEqualTo(1);
    assertThat(settings().externalizedCheckpointRetention())
        .isEqualTo(RetentionOnCancellation.RETAIN_ON_CANCELLATION);
    assertThat(settings().checkpointStorage()).isEqualTo(StorageKind.FILESYSTEM);
    assertThat(settings().checkpointDirectory()).contains("s3://my-bucket/checkpoints");
  }

  @Test
  void enableCheckpointingWithAModeAndForce() {
    env.enableCheckpointing(5000, CheckpointingMode.EXACTLY_ONCE);
    assertThat(settings().interval()).contains(Duration.ofSeconds(5));
    env.enableCheckpointing(7000, CheckpointingMode.EXACTLY_ONCE, true);
    assertThat(settings().interval()).contains(Duration.ofSeconds(7));
    env.getCheckpointConfig().setCheckpointInterval(9000);
    assertThat(settings().interval()).contains(Duration.ofSeconds(9));
  }

  @Test
  void bothOlderNamesOfRetention() {
    CheckpointConfig config = env.getCheckpointConfig();
    config.enableExternalizedCheckpoints(ExternalizedCheckpointCleanup.DELETE_ON_CANCELLATION);
    assertThat(settings().externalizedCheckpointRetention())
        .isEqualTo(RetentionOnCancellation.DELETE_ON_CANCELLATION);
    config.setExternalizedCheckpointCleanup(
        CheckpointConfig.ExternalizedCheckpointCleanup.RETAIN_ON_CANCELLATION);
    assertThat(settings().externalizedCheckpointRetention())
        .isEqualTo(RetentionOnCancellation.RETAIN_ON_CANCELLATION);
  }

  @Test
  void aStorageWithAThreshold() {
    env.setStateBackend(new HashMapStateBackend());
    env.getCheckpointConfig()
        .setCheckpointStorage(new FileSystemCheckpointStorage("s3://bucket/dir", 4096));
    assertThat(settings().checkpointDirectory()).contains("s3://bucket/dir");
    assertThat(settings().dataInlineThreshold()).isEqualTo(4096);

    env.getCheckpointConfig()
        .setCheckpointStorage(new FileSystemCheckpointStorage(URI.create("s3://bucket/two"), 0));
    assertThat(settings().checkpointDirectory()).contains("s3://bucket/two");
    assertThat(settings().dataInlineThreshold()).isEqualTo(1);
  }

  @Test
  void aThresholdOfMinusOneLeavesItToTheSettings() {
    env.set("state.storage.fs.memory-threshold", "20 kb");
    env.setCheckpointStorage(new FileSystemCheckpointStorage(URI.create("s3://bucket/dir"), -1));
    assertThat(settings().dataInlineThreshold()).isEqualTo(20 * 1024);
  }

  @Test
  void aMemoryStateBackendKeepsCheckpointsInTheTable() {
    env.setStateBackend(new MemoryStateBackend(64 * 1024, true));
    CheckpointSettings deployed =
        new CheckpointSettings(
            Configuration.DEFAULTS.set(
                "state.checkpoints.dir", "s3://bucket", SettingSource.ENVIRONMENT));
    CheckpointSettings both = deployed.and(env.configuration());
    assertThat(both.checkpointStorage()).isEqualTo(StorageKind.JOBMANAGER);
    assertThat(both.checkpointDirectory()).isEmpty();
    assertThat(both.maxInlineStateSize()).isEqualTo(64 * 1024);
    env.setStateBackend(new MemoryStateBackend());
    assertThat(settings().maxInlineStateSize()).isEqualTo(384 * 1024);
  }

  @Test
  void anFsStateBackendHasItsThreshold() {
    env.setStateBackend(new FsStateBackend(URI.create("s3://bucket/dir"), 2048));
    assertThat(settings().checkpointDirectory()).contains("s3://bucket/dir");
    assertThat(settings().dataInlineThreshold()).isEqualTo(2048);
  }

  /** As Flink's loader has it: a backend that is also a storage takes precedence. */
  @Test
  void theStorageOfAnOlderBackendWinsInWhateverOrder() {
    env.setStateBackend(new FsStateBackend("s3://bucket/of-the-backend", true));
    env.getCheckpointConfig().setCheckpointStorage("s3://bucket/other");
    assertThat(settings().checkpointDirectory()).contains("s3://bucket/of-the-backend");

    env.setStateBackend(new HashMapStateBackend());
    assertThat(settings().checkpointDirectory()).contains("s3://bucket/other");
  }

  @Test
  void whatSaysNothingNewIsTaken() {
    env.getCheckpointConfig().enableUnalignedCheckpoints(false);
    env.getCheckpointConfig().setForceUnalignedCheckpoints(false);
    env.getCheckpointConfig().setForceCheckpointing(true);
    env.getCheckpointConfig().setAlignedCheckpointTimeout(Duration.ZERO);
    env.setStateBackend(new HashMapStateBackend());
    assertThat(env.configuration()).isEqualTo(Configuration.DEFAULTS);
  }

  private record Refused(String line, Consumer<CheckpointConfig> set, String message) {}

  @TestFactory
  Stream<DynamicTest> isRefusedByName() {
    String noRocksDb =
        " is not possible here: there is no RocksDB backend yet, so live state has to fit into the"
            + " function's memory; set new HashMapStateBackend(), or leave it out";
    return Stream.of(
            new Refused(
                "env.setStateBackend(new RocksDBStateBackend(\"s3://bucket/dir\", true))",
                config -> config.setStateBackend(new RocksDBStateBackend("s3://bucket/dir", true)),
                "RocksDBStateBackend" + noRocksDb),
            new Refused(
                "env.setStateBackend(new EmbeddedRocksDBStateBackend())",
                config -> config.setStateBackend(new EmbeddedRocksDBStateBackend()),
                "EmbeddedRocksDBStateBackend" + noRocksDb),
            new Refused(
                "env.setStateBackend(new EmbeddedRocksDBStateBackend(true))",
                config -> config.setStateBackend(new EmbeddedRocksDBStateBackend(true)),
                "EmbeddedRocksDBStateBackend" + noRocksDb),
            new Refused(
                "env.setStateBackend(new FsStateBackend(\"hdfs://namenode:40010/checkpoints\"))",
                config ->
                    config.setStateBackend(new FsStateBackend("hdfs://namenode:40010/checkpoints")),
                "execution.checkpointing.dir cannot be \"hdfs://namenode:40010/checkpoints\": it must"
                    + " be a bucket or a folder in one, such as s3://bucket/prefix, not"
                    + " \"hdfs://namenode:40010/checkpoints\""),
            new Refused(
                "env.setStateBackend(new MemoryStateBackend(5242880))",
                config -> config.setStateBackend(new MemoryStateBackend(5_242_880)),
                "cairn.checkpointing.max-inline-state-size must be at most 384 kb, not 5 mb: state"
                    + " that is inline is one DynamoDB item of 400 KB"),
            new Refused(
                "new FileSystemCheckpointStorage(dir, 1048576)",
                config ->
                    config.setCheckpointStorage(
                        new FileSystemCheckpointStorage("s3://bucket", 1_048_576)),
                "execution.checkpointing.data-inline-threshold must be at most 256 kb, not 1 mb: a"
                    + " journal entry is one DynamoDB item of 400 KB"),
            new Refused(
                "env.enableCheckpointing(1000, CheckpointingMode.AT_LEAST_ONCE)",
                config -> config.enableCheckpointing(1000, CheckpointingMode.AT_LEAST_ONCE),
                "execution.checkpointing.mode: AT_LEAST_ONCE is not possible here: there is no"
                    + " AT_LEAST_ONCE: with one stage nothing is aligned, so EXACTLY_ONCE costs"
                    + " nothing; leave it out"),
            new Refused(
                "config.enableUnalignedCheckpoints()",
                CheckpointConfig::enableUnalignedCheckpoints,
                "execution.checkpointing.unaligned.enabled: true is not possible here: with one stage"
                    + " no barrier waits behind records, so there is nothing to gain; leave it out"),
            new Refused(
                "config.setAlignmentTimeout(Duration.ofSeconds(30))",
                config -> config.setAlignmentTimeout(Duration.ofSeconds(30)),
                "execution.checkpointing.aligned-checkpoint-timeout: 30 s is not possible here: there"
                    + " are no unaligned checkpoints to switch to; leave it out"),
            new Refused(
                "config.setExternalizedCheckpointCleanup(NO_EXTERNALIZED_CHECKPOINTS)",
                config ->
                    config.setExternalizedCheckpointCleanup(
                        ExternalizedCheckpointCleanup.NO_EXTERNALIZED_CHECKPOINTS),
                "execution.checkpointing.externalized-checkpoint-retention cannot be"
                    + " \"NO_EXTERNALIZED_CHECKPOINTS\": the checkpoints of a failed job are"
                    + " always kept; write DELETE_ON_CANCELLATION to delete those of a"
                    + " cancelled job"))
        .map(
            refused ->
                DynamicTest.dynamicTest(
                    refused.line(),
                    () ->
                        assertThatThrownBy(() -> refused.set().accept(env))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage(refused.message())));
  }

  @Test
  void restartStrategiesOfBothKindsOfTime() {
    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, Time.of(10, TimeUnit.SECONDS)));
    assertThat(settings().restartStrategy())
        .isEqualTo(strategy("fixed-delay", "fixed-delay.attempts: 3", "fixed-delay.delay: 10 s"));
    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(4, 500));
    assertThat(settings().restartStrategy())
        .isEqualTo(strategy("fixed-delay", "fixed-delay.attempts: 4", "fixed-delay.delay: 500 ms"));
    env.setRestartStrategy(
        RestartStrategies.failureRateRestart(3, Duration.ofMinutes(5), Duration.ofSeconds(10)));
    RestartStrategy failureRate =
        strategy(
            "failure-rate",
            "failure-rate.max-failures-per-interval: 3",
            "failure-rate.failure-rate-interval: 5 min",
            "failure-rate.delay: 10 s");
    assertThat(settings().restartStrategy()).isEqualTo(failureRate);
    env.setRestartStrategy(
        RestartStrategies.failureRateRestart(3, Time.minutes(5), Time.seconds(10)));
    assertThat(settings().restartStrategy()).isEqualTo(failureRate);
    env.setRestartStrategy(
        RestartStrategies.exponentialDelayRestart(
            Time.milliseconds(100), Time.minutes(2), 2.0, Time.hours(3), 0.2));
    assertThat(settings().restartStrategy())
        .isEqualTo(
            strategy(
                "exponential-delay",
                "exponential-delay.initial-backoff: 100 ms",
                "exponential-delay.max-backoff: 2 min",
                "exponential-delay.backoff-multiplier: 2.0",
                "exponential-delay.reset-backoff-threshold: 3 h",
                "exponential-delay.jitter-factor: 0.2"));
    env.setRestartStrategy(RestartStrategies.noRestart());
    assertThat(settings().restartStrategy()).isEqualTo(strategy("none"));
    env.setRestartStrategy(RestartStrategies.fallBackRestart());
    assertThat(settings().restartStrategy()).isEqualTo(strategy("exponential-delay"));
  }

  /**
   * @param settings the strategy's options, as {@code name: value}
   */
  private static RestartStrategy strategy(String type, String... settings) {
    Configuration configuration =
        Configuration.DEFAULTS.set("restart-strategy", type, SettingSource.CODE);
    for (String setting : settings) {
      String[] parts = setting.split(": ", 2);
      configuration =
          configuration.set("restart-strategy." + parts[0], parts[1], SettingSource.CODE);
    }
    return RestartStrategy.of(configuration);
  }

  @Test
  void retentionByTheNewestNameHasFlinksConstants() {
    env.setExternalizedCheckpointRetention(
        dev.cairn.function.ExternalizedCheckpointRetention.DELETE_ON_CANCELLATION);
    assertThat(settings().externalizedCheckpointRetention())
        .isEqualTo(RetentionOnCancellation.DELETE_ON_CANCELLATION);
  }

  @TestFactory
  Stream<DynamicTest> rarerLinesCompileAndAreRefusedByName() {
    return Stream.of(
            new Refused(
                "config.setExternalizedCheckpointRetention(NO_EXTERNALIZED_CHECKPOINTS)",
                config ->
                    config.setExternalizedCheckpointRetention(
                        dev.cairn.function.ExternalizedCheckpointRetention
                            .NO_EXTERNALIZED_CHECKPOINTS),
                "\"NO_EXTERNALIZED_CHECKPOINTS\": the checkpoints of a failed job are always kept"),
            new Refused(
                "env.setDefaultSavepointDirectory(\"s3://bucket/savepoints\")",
                config -> config.setDefaultSavepointDirectory("s3://bucket/savepoints"),
                "execution.checkpointing.savepoint-dir cannot be set in the function's code: set it"
                    + " in the construct or"),
            new Refused(
                "env.enableChangelogStateBackend(true)",
                config -> config.enableChangelogStateBackend(true),
                "state.changelog.enabled: true is not possible here"),
            new Refused(
                "config.enableApproximateLocalRecovery(true)",
                config -> config.enableApproximateLocalRecovery(true),
                "execution.approximate-local-recovery: true is not possible here"),
            new Refused(
                "config.setMaxSubtasksPerChannelStateFile(1)",
                config -> config.setMaxSubtasksPerChannelStateFile(1),
                "max-subtasks-per-channel-state-file: 1 is not possible here"),
            new Refused(
                "config.setCheckpointIdOfIgnoredInFlightData(3)",
                config -> config.setCheckpointIdOfIgnoredInFlightData(3),
                "recover-without-channel-state.checkpoint-id: 3 is not possible here"),
            new Refused(
                "new JobManagerCheckpointStorage(\"s3://bucket\")",
                config ->
                    config.setCheckpointStorage(new JobManagerCheckpointStorage("s3://bucket")),
                "JobManagerCheckpointStorage(\"s3://bucket\") is not possible here"),
            new Refused(
                "new MemoryStateBackend(\"s3://bucket\", null)",
                config -> config.setStateBackend(new MemoryStateBackend("s3://bucket", "s3://b2")),
                "JobManagerCheckpointStorage(\"s3://bucket\") is not possible here"),
            new Refused(
                "new FsStateBackend(uri, uri)",
                config ->
                    config.setStateBackend(
                        new FsStateBackend(URI.create("s3://one"), URI.create("s3://two"))),
                "FsStateBackend(\"s3://one\", \"s3://two\") is not possible here"),
            new Refused(
                "new RocksDBStateBackend(new FsStateBackend(dir))",
                config ->
                    config.setStateBackend(
                        new RocksDBStateBackend(new FsStateBackend("s3://bucket"))),
                "RocksDBStateBackend is not possible here"))
        .map(
            refused ->
                DynamicTest.dynamicTest(
                    refused.line(),
                    () ->
                        assertThatThrownBy(() -> refused.set().accept(env))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining(refused.message())));
  }

  @Test
  void rarerLinesThatChangeNothingAreTaken() {
    env.enableChangelogStateBackend(false);
    env.enableApproximateLocalRecovery(false);
    env.setCheckpointIdOfIgnoredInFlightData(-1);
    assertThat(env.configuration()).isEqualTo(Configuration.DEFAULTS);
    env.enableCheckpointing();
    assertThat(settings().interval()).contains(Duration.ofMillis(500));
  }
}
