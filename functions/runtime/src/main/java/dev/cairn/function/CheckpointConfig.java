package dev.cairn.function;

import dev.cairn.settings.Configuration;
import dev.cairn.settings.FlinkDuration;
import dev.cairn.settings.Option;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings that a function's code makes for its job. The methods have the names of Flink's {@code
 * StreamExecutionEnvironment} and {@code CheckpointConfig}. A setting made in code overrides the
 * deployment's; a setting on the job's item overrides both.
 *
 * <p>A line of a Flink program compiles against this class once its imports are changed. It either
 * has the effect that it has in Flink or throws an IllegalArgumentException that names the refused
 * setting. Setters return this object, which stands for both of Flink's classes: {@link
 * #getCheckpointConfig} returns it as well.
 */
public final class CheckpointConfig {
  private Configuration configuration = Configuration.DEFAULTS;
  private Optional<CheckpointStorage> storageOfBackend = Optional.empty();
  private Optional<RestartStrategies.RestartStrategyConfiguration> restartStrategy =
      Optional.empty();

  /** Flink's older name for {@link ExternalizedCheckpointRetention}. */
  public enum ExternalizedCheckpointCleanup {
    DELETE_ON_CANCELLATION,
    RETAIN_ON_CANCELLATION,
    /** Refused by name: Cairn always keeps the checkpoints of a failed job. */
    NO_EXTERNALIZED_CHECKPOINTS
  }

  /** Returns this object, so that {@code env.getCheckpointConfig().set…} compiles. */
  public CheckpointConfig getCheckpointConfig() {
    return this;
  }

  /**
   * Sets the checkpoint interval in milliseconds. Deployed jobs require whole seconds, 1,000 or
   * more.
   */
  public CheckpointConfig enableCheckpointing(long intervalMillis) {
    return enableCheckpointing(Duration.ofMillis(intervalMillis));
  }

  /** Sets the checkpoint interval to Flink's old default of 500 ms, which no deployed job keeps. */
  public CheckpointConfig enableCheckpointing() {
    return enableCheckpointing(500);
  }

  /** Sets the checkpoint interval. */
  public CheckpointConfig enableCheckpointing(Duration interval) {
    return set(Options.INTERVAL, Optional.of(interval));
  }

  /** Sets the checkpoint interval in milliseconds, and the mode. */
  public CheckpointConfig enableCheckpointing(long intervalMillis, CheckpointingMode mode) {
    return setCheckpointingMode(mode).enableCheckpointing(intervalMillis);
  }

  /**
   * Sets the checkpoint interval in milliseconds, and the mode.
   *
   * @param force has no effect: it is about iterations, and a job of one stage has none
   */
  public CheckpointConfig enableCheckpointing(
      long intervalMillis, CheckpointingMode mode, boolean force) {
    return enableCheckpointing(intervalMillis, mode).setForceCheckpointing(force);
  }

  /** Sets the checkpoint interval in milliseconds. */
  public CheckpointConfig setCheckpointInterval(long intervalMillis) {
    return enableCheckpointing(intervalMillis);
  }

  /** Turns off scheduled checkpoints, also if the deployment sets an interval. */
  public CheckpointConfig disableCheckpointing() {
    return set(Options.INTERVAL, Optional.empty());
  }

  /** Sets the mode, of which {@link CheckpointingMode#EXACTLY_ONCE} is the only one here. */
  public CheckpointConfig setCheckpointingMode(CheckpointingMode mode) {
    return set("execution.checkpointing.mode", mode.name());
  }

  /**
   * Has no effect: it is about iterations, and a job of one stage has none.
   *
   * @param force any value
   */
  public CheckpointConfig setForceCheckpointing(boolean force) {
    return this;
  }

  /** Refuses unaligned checkpoints by name. */
  public CheckpointConfig enableUnalignedCheckpoints() {
    return enableUnalignedCheckpoints(true);
  }

  /**
   * Refuses unaligned checkpoints by name, and accepts {@code false}: Cairn has no unaligned
   * checkpoints.
   */
  public CheckpointConfig enableUnalignedCheckpoints(boolean enabled) {
    return set("execution.checkpointing.unaligned.enabled", Boolean.toString(enabled));
  }

  /**
   * Refuses unaligned checkpoints by name, and accepts {@code false}: Cairn has no unaligned
   * checkpoints.
   */
  public CheckpointConfig setForceUnalignedCheckpoints(boolean force) {
    return set("execution.checkpointing.unaligned.forced", Boolean.toString(force));
  }

  /** Refuses a switch to unaligned checkpoints by name, and accepts zero, Flink's default. */
  public CheckpointConfig setAlignedCheckpointTimeout(Duration timeout) {
    return set("execution.checkpointing.aligned-checkpoint-timeout", FlinkDuration.print(timeout));
  }

  /** Refuses a switch to unaligned checkpoints by name, and accepts zero, Flink's default. */
  public CheckpointConfig setAlignmentTimeout(Duration timeout) {
    return setAlignedCheckpointTimeout(timeout);
  }

  /** Refuses the setting by name: only unaligned checkpoints write channel state files. */
  public CheckpointConfig setMaxSubtasksPerChannelStateFile(int most) {
    return set(
        "execution.checkpointing.unaligned.max-subtasks-per-channel-state-file",
        Integer.toString(most));
  }

  /** Refuses the setting by name: no checkpoint of Cairn contains records in flight. */
  public CheckpointConfig setCheckpointIdOfIgnoredInFlightData(long checkpointId) {
    return set(
        "execution.checkpointing.recover-without-channel-state.checkpoint-id",
        Long.toString(checkpointId));
  }

  /** Refuses approximate recovery by name, and accepts {@code false}: recovery is always exact. */
  public CheckpointConfig enableApproximateLocalRecovery(boolean enabled) {
    return set("execution.approximate-local-recovery", Boolean.toString(enabled));
  }

  /**
   * Refuses Flink's changelog by name, and accepts {@code false}: Cairn's journal takes the
   * changelog's place.
   */
  public CheckpointConfig enableChangelogStateBackend(boolean enabled) {
    return set("state.changelog.enabled", Boolean.toString(enabled));
  }

  /** Refuses a savepoint directory by name: it is set in the deployment or on the job's item. */
  public CheckpointConfig setDefaultSavepointDirectory(String directory) {
    return set(Options.SAVEPOINT_DIRECTORY.name(), directory);
  }

  /** Refuses a savepoint directory by name: it is set in the deployment or on the job's item. */
  public CheckpointConfig setDefaultSavepointDirectory(URI directory) {
    return setDefaultSavepointDirectory(directory.toString());
  }

  /** Sets how often, and after which delays, a failing shard is retried. */
  public CheckpointConfig setRestartStrategy(
      RestartStrategies.RestartStrategyConfiguration strategy) {
    // Validated here, so that an invalid value is refused on the line that sets it.
    var unused = RestartStrategies.applied(Configuration.DEFAULTS, strategy);
    restartStrategy = Optional.of(strategy);
    return this;
  }

  /** Sets how many milliseconds after the end of one checkpoint the next may begin. */
  public CheckpointConfig setMinPauseBetweenCheckpoints(long millis) {
    return set(Options.MIN_PAUSE, Duration.ofMillis(millis));
  }

  /** Sets how many milliseconds a checkpoint may stay pending. */
  public CheckpointConfig setCheckpointTimeout(long millis) {
    return set(Options.TIMEOUT, Duration.ofMillis(millis));
  }

  /** Sets how many checkpoints may be pending at a time. */
  public CheckpointConfig setMaxConcurrentCheckpoints(int most) {
    return set(Options.MAX_CONCURRENT_CHECKPOINTS, most);
  }

  /** Sets how many checkpoints may fail in a row; one more fails the job. */
  public CheckpointConfig setTolerableCheckpointFailureNumber(int most) {
    return set(Options.TOLERABLE_FAILED_CHECKPOINTS, most);
  }

  /**
   * Sets whether the first failed checkpoint fails the job ({@code true}), or no failed checkpoint
   * ever does ({@code false}). This is Flink's older form of {@link
   * #setTolerableCheckpointFailureNumber}.
   */
  public CheckpointConfig setFailOnCheckpointingErrors(boolean fail) {
    return setTolerableCheckpointFailureNumber(fail ? 0 : Integer.MAX_VALUE);
  }

  /** Sets whether the checkpoints of a cancelled job are kept or deleted. */
  public CheckpointConfig setExternalizedCheckpointRetention(
      ExternalizedCheckpointRetention retention) {
    return set(Options.EXTERNALIZED_CHECKPOINT_RETENTION.name(), retention.name());
  }

  /**
   * Sets whether the checkpoints of a cancelled job are kept or deleted, by the type that {@link
   * Options} uses.
   */
  public CheckpointConfig setExternalizedCheckpointRetention(
      dev.cairn.settings.RetentionOnCancellation retention) {
    return set(Options.EXTERNALIZED_CHECKPOINT_RETENTION, retention);
  }

  /** Sets whether the checkpoints of a cancelled job are kept or deleted, by Flink's older name. */
  public CheckpointConfig setExternalizedCheckpointCleanup(ExternalizedCheckpointCleanup cleanup) {
    return set(Options.EXTERNALIZED_CHECKPOINT_RETENTION.name(), cleanup.name());
  }

  /**
   * Sets whether the checkpoints of a cancelled job are kept or deleted, by Flink's oldest name.
   */
  public CheckpointConfig enableExternalizedCheckpoints(ExternalizedCheckpointCleanup cleanup) {
    return setExternalizedCheckpointCleanup(cleanup);
  }

  /** Sets whether an automatic restore prefers the latest checkpoint to a later savepoint. */
  public CheckpointConfig setPreferCheckpointForRecovery(boolean prefer) {
    return set(Options.PREFER_CHECKPOINT_FOR_RECOVERY, prefer);
  }

  /**
   * Keeps checkpoints in this storage, also if the deployment sets another one. The storage can be
   * chosen only before the job has checkpoints: afterwards the task and the coordinator refuse any
   * other storage.
   *
   * <p>As in Flink, a state backend that brings its own storage overrides this setting, independent
   * of the order of the calls.
   */
  public CheckpointConfig setCheckpointStorage(CheckpointStorage storage) {
    configuration = CheckpointStorage.applied(configuration, storage);
    return this;
  }

  /** Keeps checkpoints in a folder of a bucket, {@code s3://bucket/prefix}. */
  public CheckpointConfig setCheckpointStorage(String directory) {
    return setCheckpointStorage(new FileSystemCheckpointStorage(directory));
  }

  /** Keeps checkpoints in a folder of a bucket, {@code s3://bucket/prefix}. */
  public CheckpointConfig setCheckpointStorage(URI directory) {
    return setCheckpointStorage(new FileSystemCheckpointStorage(directory));
  }

  /**
   * Keeps live state on the heap, and checkpoints in the backend's storage if the backend brings
   * one.
   *
   * @throws IllegalArgumentException if Cairn has no such backend; the message names it
   */
  public CheckpointConfig setStateBackend(StateBackend backend) {
    Optional<CheckpointStorage> storage = StateBackend.storageOf(backend);
    // Validated here, so that an invalid directory is refused on the line that sets it.
    storage.ifPresent(own -> CheckpointStorage.applied(Configuration.DEFAULTS, own));
    storageOfBackend = storage;
    return this;
  }

  /** Sets an option of the catalogue {@link Options}; some options cannot be set in code. */
  public <T> CheckpointConfig set(Option<T> option, T value) {
    configuration = configuration.with(option, value, SettingSource.CODE);
    return this;
  }

  /** Sets an option by its name, or by an earlier name that Flink still accepts. */
  public CheckpointConfig set(String name, String value) {
    configuration = configuration.set(name, value, SettingSource.CODE);
    return this;
  }

  /** Returns all settings that were made. */
  public Configuration configuration() {
    Configuration restarting =
        restartStrategy
            .map(strategy -> RestartStrategies.applied(configuration, strategy))
            .orElse(configuration);
    return storageOfBackend
        .map(storage -> CheckpointStorage.applied(restarting, storage))
        .orElse(restarting);
  }
}
