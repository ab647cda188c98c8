package dev.cairn.function;

import dev.cairn.settings.Configuration;
import dev.cairn.settings.ExternalizedCheckpointRetention;
import dev.cairn.settings.Option;
import dev.cairn.settings.Options;
import dev.cairn.settings.Place;
import java.time.Duration;
import java.util.Optional;

/**
 * What a function sets of its job, by the names that Flink's {@code StreamExecutionEnvironment} and
 * {@code CheckpointConfig} have for it. It wins over the deployment; the job's item wins over it.
 *
 * <p>Each method throws an IllegalArgumentException for a value that cannot be, by the option's
 * name.
 */
public final class CheckpointConfig {
  private Configuration configuration = Configuration.DEFAULTS;

  /** Takes a checkpoint each so many milliseconds: a thousand or more, when deployed. */
  public CheckpointConfig enableCheckpointing(long intervalMillis) {
    return enableCheckpointing(Duration.ofMillis(intervalMillis));
  }

  /** Takes a checkpoint each time that this has passed. */
  public CheckpointConfig enableCheckpointing(Duration interval) {
    return set(Options.INTERVAL, Optional.of(interval));
  }

  /** Takes none on schedule, whatever the deployment says. */
  public CheckpointConfig disableCheckpointing() {
    return set(Options.INTERVAL, Optional.empty());
  }

  /** How many milliseconds after the end of one checkpoint the next may begin. */
  public CheckpointConfig setMinPauseBetweenCheckpoints(long millis) {
    return set(Options.MIN_PAUSE, Duration.ofMillis(millis));
  }

  /** How many milliseconds a checkpoint may stay pending. */
  public CheckpointConfig setCheckpointTimeout(long millis) {
    return set(Options.TIMEOUT, Duration.ofMillis(millis));
  }

  /** How many checkpoints may be pending at a time. */
  public CheckpointConfig setMaxConcurrentCheckpoints(int most) {
    return set(Options.MAX_CONCURRENT_CHECKPOINTS, most);
  }

  /** How many checkpoints may fail in a row; one more fails the job. */
  public CheckpointConfig setTolerableCheckpointFailureNumber(int most) {
    return set(Options.TOLERABLE_FAILED_CHECKPOINTS, most);
  }

  /**
   * Whether the first checkpoint that fails fails the job, or none ever does. Flink's old way to
   * say {@link #setTolerableCheckpointFailureNumber}.
   */
  public CheckpointConfig setFailOnCheckpointingErrors(boolean fail) {
    return setTolerableCheckpointFailureNumber(fail ? 0 : Integer.MAX_VALUE);
  }

  /** What becomes of the checkpoints of a job that is cancelled. */
  public CheckpointConfig setExternalizedCheckpointRetention(
      ExternalizedCheckpointRetention retention) {
    return set(Options.EXTERNALIZED_CHECKPOINT_RETENTION, retention);
  }

  /** Whether a job that restores by itself passes over a savepoint later than its checkpoint. */
  public CheckpointConfig setPreferCheckpointForRecovery(boolean prefer) {
    return set(Options.PREFER_CHECKPOINT_FOR_RECOVERY, prefer);
  }

  /**
   * Keeps checkpoints in this storage, whatever the deployment says. Only before the job has any:
   * afterwards another storage than it has is refused, by the task and by the coordinator.
   */
  public CheckpointConfig setCheckpointStorage(CheckpointStorage storage) {
    configuration = CheckpointStorage.over(configuration, storage);
    return this;
  }

  /** Keeps checkpoints in a folder of a bucket, {@code s3://bucket/prefix}. */
  public CheckpointConfig setCheckpointStorage(String directory) {
    return setCheckpointStorage(new FileSystemCheckpointStorage(directory));
  }

  /** Sets any option of the catalogue that code may set. */
  public <T> CheckpointConfig set(Option<T> option, T value) {
    configuration = configuration.with(option, value, Place.CODE);
    return this;
  }

  /** Sets one by its name, or by an old one, as a Flink configuration has it. */
  public CheckpointConfig set(String name, String value) {
    configuration = configuration.set(name, value, Place.CODE);
    return this;
  }

  /** All that was set. */
  public Configuration configuration() {
    return configuration;
  }
}
