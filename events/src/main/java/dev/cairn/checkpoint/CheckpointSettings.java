package dev.cairn.checkpoint;

import dev.cairn.restart.RestartStrategy;
import dev.cairn.settings.AggregateHashKey;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.DamagedHeadFallback;
import dev.cairn.settings.FlinkDuration;
import dev.cairn.settings.Option;
import dev.cairn.settings.Options;
import dev.cairn.settings.RecordOutsideShard;
import dev.cairn.settings.RetentionOnCancellation;
import dev.cairn.settings.SettingSource;
import dev.cairn.settings.StorageKind;
import java.time.Duration;
import java.util.Optional;

/**
 * A job's settings for checkpoints and failures, without contradictions. Two instances are equal if
 * every option has the same value, independent of where it was set.
 */
public record CheckpointSettings(Configuration configuration) {
  public static final CheckpointSettings DEFAULTS = new CheckpointSettings(Configuration.DEFAULTS);

  /**
   * @throws IllegalArgumentException if two settings contradict each other; the message names them
   */
  public CheckpointSettings {
    requireOnePacing(configuration);
    requireOneStorage(configuration);
    RestartStrategy.of(configuration);
  }

  /** Creates settings with the three options that most jobs set, and defaults for all others. */
  public CheckpointSettings(Optional<Duration> interval, Duration timeout, int numRetained) {
    this(
        Configuration.DEFAULTS
            .with(Options.INTERVAL, interval, SettingSource.CONSTRUCT)
            .with(Options.TIMEOUT, timeout, SettingSource.CONSTRUCT)
            .with(Options.NUM_RETAINED, numRetained, SettingSource.CONSTRUCT));
  }

  private static void requireOnePacing(Configuration configuration) {
    int concurrent = configuration.get(Options.MAX_CONCURRENT_CHECKPOINTS);
    Duration pause = configuration.get(Options.MIN_PAUSE);
    if (concurrent > 1 && pause.isPositive()) {
      throw new IllegalArgumentException(
          describe(configuration, Options.MAX_CONCURRENT_CHECKPOINTS)
              + " contradicts "
              + describe(configuration, Options.MIN_PAUSE)
              + ": with a pause between two checkpoints there is never more than one pending;"
              + " omit one of the two");
    }
  }

  private static void requireOneStorage(Configuration configuration) {
    Optional<StorageKind> storage = configuration.get(Options.STORAGE);
    boolean hasDirectory = configuration.get(Options.CHECKPOINT_DIRECTORY).isPresent();
    if (storage.equals(Optional.of(StorageKind.JOBMANAGER)) && hasDirectory) {
      throw new IllegalArgumentException(
          describe(configuration, Options.STORAGE)
              + " contradicts "
              + describe(configuration, Options.CHECKPOINT_DIRECTORY)
              + ": inline state is in the table, with its metadata; omit one of the two");
    }
    if (storage.equals(Optional.of(StorageKind.FILESYSTEM)) && !hasDirectory) {
      throw new IllegalArgumentException(
          describe(configuration, Options.STORAGE)
              + " needs a directory: set "
              + Options.CHECKPOINT_DIRECTORY
              + ", such as to s3://bucket/prefix");
    }
  }

  private static String describe(Configuration configuration, Option<?> option) {
    return option + ": " + configuration.setting(option).text();
  }

  /**
   * Returns these settings combined with those of another source; the later source takes
   * precedence.
   */
  public CheckpointSettings and(Configuration more) {
    return new CheckpointSettings(configuration.and(more));
  }

  /**
   * Returns these settings after checking that a deployed coordinator, which a rule and delayed
   * messages invoke, can keep to them.
   *
   * @throws IllegalArgumentException if intervals are too short; the message names the settings
   */
  public CheckpointSettings requireDeployable() {
    interval()
        .filter(every -> every.toSeconds() < 1 || every.toNanosPart() != 0)
        .ifPresent(
            every -> {
              throw new IllegalArgumentException(
                  Options.INTERVAL
                      + " "
                      + FlinkDuration.print(every)
                      + " is not possible: delayed messages of whole seconds invoke the"
                      + " coordinator; choose whole seconds, 1 s or more");
            });
    return this;
  }

  /**
   * Returns the time from one trigger to the next; empty if no checkpoints are taken on schedule.
   */
  public Optional<Duration> interval() {
    return configuration.get(Options.INTERVAL);
  }

  /** Returns how long a checkpoint may stay pending before it is aborted. */
  public Duration timeout() {
    return configuration.get(Options.TIMEOUT);
  }

  /** Returns how many completed checkpoints are retained. */
  public int numRetained() {
    return configuration.get(Options.NUM_RETAINED);
  }

  /** Returns the shortest time from the end of one checkpoint to the next trigger. */
  public Duration minPause() {
    return configuration.get(Options.MIN_PAUSE);
  }

  public int maxConcurrentCheckpoints() {
    return configuration.get(Options.MAX_CONCURRENT_CHECKPOINTS);
  }

  /** Returns how many checkpoints may fail in a row; one more fails the job. */
  public int tolerableFailedCheckpoints() {
    return configuration.get(Options.TOLERABLE_FAILED_CHECKPOINTS);
  }

  public RetentionOnCancellation externalizedCheckpointRetention() {
    return configuration.get(Options.EXTERNALIZED_CHECKPOINT_RETENTION);
  }

  /** Returns the directory of checkpoints, such as {@code s3://bucket/prefix}. */
  public Optional<String> checkpointDirectory() {
    return configuration.get(Options.CHECKPOINT_DIRECTORY);
  }

  /** Returns the default directory of savepoints. */
  public Optional<String> savepointDirectory() {
    return configuration.get(Options.SAVEPOINT_DIRECTORY);
  }

  /** Returns the kind of storage: the directory if one is set, otherwise inline, as in Flink. */
  public StorageKind checkpointStorage() {
    return configuration
        .get(Options.STORAGE)
        .orElse(
            checkpointDirectory().isPresent() ? StorageKind.FILESYSTEM : StorageKind.JOBMANAGER);
  }

  /** Returns the largest delta, in bytes, that a journal entry holds itself. */
  public int dataInlineThreshold() {
    return configuration.get(Options.DATA_INLINE_THRESHOLD);
  }

  /** Returns the largest state file, in bytes, that inline storage accepts. */
  public int maxInlineStateSize() {
    return configuration.get(Options.MAX_INLINE_STATE);
  }

  /** Returns the time from one round of the scrubber to the next; empty if it is off. */
  public Optional<Duration> scrubInterval() {
    return configuration.get(Options.SCRUB_INTERVAL);
  }

  /** Whether a checkpoint writes only what changed, or each subtask's whole state. */
  public boolean incremental() {
    return configuration.get(Options.INCREMENTAL);
  }

  public RestartStrategy restartStrategy() {
    return RestartStrategy.of(configuration);
  }

  /** Whether an automatic restore prefers the latest checkpoint to a later savepoint. */
  public boolean preferCheckpointForRecovery() {
    return configuration.get(Options.PREFER_CHECKPOINT_FOR_RECOVERY);
  }

  /** Returns how long a dead letter is kept. */
  public Duration deadLetterRetention() {
    return configuration.get(Options.DEAD_LETTER_RETENTION);
  }

  /** Returns what to do about a damaged journal when no checkpoint is left to restore. */
  public DamagedHeadFallback recoveryFallback() {
    return configuration.get(Options.RECOVERY_FALLBACK);
  }

  /** Returns by which hash key the state of a user record of an aggregate is kept. */
  public AggregateHashKey aggregateHashKey() {
    return configuration.get(Options.AGGREGATE_HASH_KEY);
  }

  /** Returns what to do about a user record of an aggregate that belongs to another shard. */
  public RecordOutsideShard aggregateOutsideShard() {
    return configuration.get(Options.AGGREGATE_OUTSIDE_SHARD);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CheckpointSettings that
        && configuration.differingFrom(that.configuration).isEmpty();
  }

  @Override
  public int hashCode() {
    return configuration.all().stream().map(Configuration.Setting::value).toList().hashCode();
  }
}
