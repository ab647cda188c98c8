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
 * What a function sets of its job, by the names that Flink's {@code StreamExecutionEnvironment} and
 * {@code CheckpointConfig} have for it. It wins over the deployment; the job's item wins over it.
 *
 * <p>A line of a Flink program compiles against it with other imports, and either has Flink's
 * effect or throws an IllegalArgumentException that names what is refused. Setters return this
 * object, which stands for both of Flink's classes: {@link #getCheckpointConfig} returns it as
 * well.
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
    /** Refused by name: checkpoints outlive a failure here, always. */
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

  /** Takes no checkpoints on schedule, whatever the deployment says. */
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

  /** Refuses unaligned checkpoints by name, and takes {@code false}, as there are none. */
  public CheckpointConfig enableUnalignedCheckpoints(boolean enabled) {
    return set("execution.checkpointing.unaligned.enabled", Boolean.toString(enabled));
  }

  /** Refuses unaligned checkpoints by name, and takes {@code false}, as there are none. */
  public CheckpointConfig setForceUnalignedCheckpoints(boolean force) {
    return set("execution.checkpointing.unaligned.forced", Boolean.toString(force));
  }

  /** Refuses a switch to unaligned checkpoints by name, and takes zero, Flink's default. */
  public CheckpointConfig setAlignedCheckpointTimeout(Duration timeout) {
    return set("execution.checkpointing.aligned-checkpoint-timeout", FlinkDuration.print(timeout));
  }

  /** Refuses a switch to unaligned checkpoints by name, and takes zero, Flink's default. */
  public CheckpointConfig setAlignmentTimeout(Duration timeout) {
    return setAlignedCheckpointTimeout(timeout);
  }

  /**
   * Refuses a number of channels' files by name: there are no unaligned checkpoints to write any.
   */
  public CheckpointConfig setMaxSubtasksPerChannelStateFile(int most) {
    return set(
        "execution.checkpointing.unaligned.max-subtasks-per-channel-state-file",
        Integer.toString(most));
  }

  /** Refuses records in flight by name: no checkpoint here has any. */
  public CheckpointConfig setCheckpointIdOfIgnoredInFlightData(long checkpointId) {
    return set(
        "execution.checkpointing.recover-without-channel-state.checkpoint-id",
        Long.toString(checkpointId));
  }

  /** Refuses approximate recovery by name, and takes {@code false}: recovery is exact. */
  public CheckpointConfig enableApproximateLocalRecovery(boolean enabled) {
    return set("execution.approximate-local-recovery", Boolean.toString(enabled));
  }

  /** Refuses Flink's changelog by name, and takes {@code false}: each subtask has its journal. */
  public CheckpointConfig enableChangelogStateBackend(boolean enabled) {
    return set("state.changelog.enabled", Boolean.toString(enabled));
  }

  /** Refuses a place for savepoints by name: the deployment or the job's item says where. */
  public CheckpointConfig setDefaultSavepointDirectory(String directory) {
    return set(Options.SAVEPOINT_DIRECTORY.name(), directory);
  }

  /** Refuses a place for savepoints by name: the deployment or the job's item says where. */
  public CheckpointConfig setDefaultSavepointDirectory(URI directory) {
    return setDefaultSavepointDirectory(directory.toString());
  }

  /** Sets how often and how soon a shard that fails is tried again. */
  public CheckpointConfig setRestartStrategy(
      RestartStrategies.RestartStrategyConfiguration strategy) {
    // Looked at here, so that a value that cannot be is refused where it is written.
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
   * Sets whether the first checkpoint that fails fails the job, or none ever does. Flink's older
   * way to say {@link #setTolerableCheckpointFailureNumber}.
   */
  public CheckpointConfig setFailOnCheckpointingErrors(boolean fail) {
    return setTolerableCheckpointFailureNumber(fail ? 0 : Integer.MAX_VALUE);
  }

  /** Sets what becomes of the checkpoints of a job that is cancelled. */
  public CheckpointConfig setExternalizedCheckpointRetention(
      ExternalizedCheckpointRetention retention) {
    return set(Options.EXTERNALIZED_CHECKPOINT_RETENTION.name(), retention.name());
  }

  /** Sets what becomes of the checkpoints of a job that is cancelled, as {@link Options} has it. */
  public CheckpointConfig setExternalizedCheckpointRetention(
      dev.cairn.settings.RetentionOnCancellation retention) {
    return set(Options.EXTERNALIZED_CHECKPOINT_RETENTION, retention);
  }

  /** Sets what becomes of the checkpoints of a job that is cancelled, by Flink's older name. */
  public CheckpointConfig setExternalizedCheckpointCleanup(ExternalizedCheckpointCleanup cleanup) {
    return set(Options.EXTERNALIZED_CHECKPOINT_RETENTION.name(), cleanup.name());
  }

  /** Sets what becomes of the checkpoints of a job that is cancelled, by Flink's oldest name. */
  public CheckpointConfig enableExternalizedCheckpoints(ExternalizedCheckpointCleanup cleanup) {
    return setExternalizedCheckpointCleanup(cleanup);
  }

  /**
   * Sets whether a job that restores by itself passes over a savepoint later than its checkpoint.
   */
  public CheckpointConfig setPreferCheckpointForRecovery(boolean prefer) {
    return set(Options.PREFER_CHECKPOINT_FOR_RECOVERY, prefer);
  }

  /**
   * Keeps checkpoints in this storage, whatever the deployment says. Only before the job has any:
   * afterwards another storage than it has is refused, by the task and by the coordinator.
   *
   * <p>As in Flink, a state backend that has a storage of its own wins, whichever is set last.
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
   * Keeps live state on the heap, and checkpoints where the backend says, if it says so.
   *
   * @throws IllegalArgumentException if there is no such backend, by its name
   */
  public CheckpointConfig setStateBackend(StateBackend backend) {
    Optional<CheckpointStorage> storage = StateBackend.storageOf(backend);
    // Looked at here, so that a directory that cannot be is refused where it is written.
    storage.ifPresent(own -> CheckpointStorage.applied(Configuration.DEFAULTS, own));
    storageOfBackend = storage;
    return this;
  }

  /** Sets any option of the catalogue that code may set. */
  public <T> CheckpointConfig set(Option<T> option, T value) {
    configuration = configuration.with(option, value, SettingSource.CODE);
    return this;
  }

  /** Sets an option by its name, or by an old one, as a Flink configuration has it. */
  public CheckpointConfig set(String name, String value) {
    configuration = configuration.set(name, value, SettingSource.CODE);
    return this;
  }

  /** All that was set. */
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
