package dev.cairn.settings;

import static dev.cairn.settings.SettingSource.CODE;
import static dev.cairn.settings.SettingSource.CONSTRUCT;
import static dev.cairn.settings.SettingSource.ENVIRONMENT;
import static dev.cairn.settings.SettingSource.ITEM;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The catalogue of all options. A new option is declared here and has a row in {@code
 * docs/settings.md}.
 */
public final class Options {
  /**
   * Less than DynamoDB's limit of 400 KB per item, to leave room for names and other attributes.
   */
  public static final int LARGEST_INLINE_STATE = 384 * 1024;

  private static final int LARGEST_INLINE_DELTA = 256 * 1024;
  private static final Set<SettingSource> EVERYWHERE = EnumSet.allOf(SettingSource.class);
  private static final Set<SettingSource> BUT_THE_ITEM = EnumSet.of(CONSTRUCT, ENVIRONMENT, CODE);
  private static final Set<SettingSource> BUT_CODE = EnumSet.of(CONSTRUCT, ENVIRONMENT, ITEM);
  private static final Set<SettingSource> DEPLOYED = EnumSet.of(CONSTRUCT, ENVIRONMENT);
  private static final String UNSET = "none";

  private static final List<Option<?>> ALL = new ArrayList<>();

  public static final Option<Optional<Duration>> INTERVAL =
      option(
          "execution.checkpointing.interval",
          List.of(),
          OptionType.DURATION_OR_OFF,
          Optional.empty(),
          UNSET,
          "from one trigger to the next, whole seconds when deployed; without it, or with 0, no"
              + " checkpoints are taken",
          EVERYWHERE);

  public static final Option<Duration> TIMEOUT =
      option(
          "execution.checkpointing.timeout",
          List.of(),
          OptionType.POSITIVE_DURATION,
          Duration.ofMinutes(10),
          "10 min",
          "how long a checkpoint may stay pending before it is aborted",
          EVERYWHERE);

  public static final Option<Integer> NUM_RETAINED =
      option(
          "execution.checkpointing.num-retained",
          List.of("state.checkpoints.num-retained"),
          OptionType.wholeNumber(1),
          1,
          "1",
          "how many completed checkpoints are kept, each with another state: one without new data"
              + " displaces none",
          EVERYWHERE);

  public static final Option<Duration> MIN_PAUSE =
      option(
          "execution.checkpointing.min-pause",
          List.of(),
          OptionType.DURATION,
          Duration.ZERO,
          "0 ms",
          "how long after the end of one checkpoint the next is triggered at the earliest",
          EVERYWHERE);

  public static final Option<Integer> MAX_CONCURRENT_CHECKPOINTS =
      option(
          "execution.checkpointing.max-concurrent-checkpoints",
          List.of(),
          OptionType.wholeNumber(1),
          1,
          "1",
          "how many checkpoints may be pending at a time",
          EVERYWHERE);

  public static final Option<Integer> TOLERABLE_FAILED_CHECKPOINTS =
      option(
          "execution.checkpointing.tolerable-failed-checkpoints",
          List.of(),
          OptionType.wholeNumber(0),
          Integer.MAX_VALUE,
          "0",
          "how many checkpoints may fail in a row before the job is FAILED",
          EVERYWHERE);

  public static final Option<RetentionOnCancellation> EXTERNALIZED_CHECKPOINT_RETENTION =
      option(
          "execution.checkpointing.externalized-checkpoint-retention",
          List.of(),
          OptionType.choice(
              RetentionOnCancellation.class,
              RetentionOnCancellation::name,
              names(RetentionOnCancellation.values()),
              Map.of(
                  "no_externalized_checkpoints",
                  "the checkpoints of a failed job are always kept; write"
                      + " DELETE_ON_CANCELLATION to delete those of a cancelled job")),
          RetentionOnCancellation.RETAIN_ON_CANCELLATION,
          "NO_EXTERNALIZED_CHECKPOINTS",
          "whether the checkpoints of a cancelled job are kept or deleted",
          EVERYWHERE);

  public static final Option<Optional<StorageKind>> STORAGE =
      option(
          "execution.checkpointing.storage",
          List.of("state.checkpoint-storage"),
          OptionType.optional(
              OptionType.choice(StorageKind.class, StorageKind::toString, storages(), Map.of())),
          Optional.empty(),
          UNSET,
          "filesystem: in the directory; jobmanager: small state, inline in the table. Unset: as"
              + " there is a directory or not",
          BUT_THE_ITEM);

  public static final Option<Optional<String>> CHECKPOINT_DIRECTORY =
      option(
          "execution.checkpointing.dir",
          List.of("state.checkpoints.dir", "state.backend.fs.checkpointdir"),
          OptionType.DIRECTORY,
          Optional.empty(),
          UNSET,
          "where checkpoints lie; the construct sets it to its bucket",
          BUT_THE_ITEM);

  public static final Option<Optional<String>> SAVEPOINT_DIRECTORY =
      option(
          "execution.checkpointing.savepoint-dir",
          List.of("state.savepoints.dir", "savepoints.state.backend.fs.dir"),
          OptionType.DIRECTORY,
          Optional.empty(),
          UNSET,
          "the directory of savepoints",
          BUT_CODE);

  public static final Option<Integer> DATA_INLINE_THRESHOLD =
      option(
          "execution.checkpointing.data-inline-threshold",
          List.of("state.storage.fs.memory-threshold", "state.backend.fs.memory-threshold"),
          OptionType.size(
              1, LARGEST_INLINE_DELTA, "a journal entry is one DynamoDB item of 400 KB"),
          8 * 1024,
          "20 kb",
          "the largest delta that a journal entry holds itself; a larger one is a file",
          BUT_THE_ITEM);

  public static final Option<Integer> MAX_INLINE_STATE =
      option(
          "cairn.checkpointing.max-inline-state-size",
          List.of(),
          OptionType.size(
              1, LARGEST_INLINE_STATE, "state that is inline is one DynamoDB item of 400 KB"),
          LARGEST_INLINE_STATE,
          "5 mb (an argument of JobManagerCheckpointStorage)",
          "with storage jobmanager: the largest file of a subtask's state; above it checkpoints"
              + " fail",
          BUT_THE_ITEM);

  public static final Option<Boolean> INCREMENTAL =
      option(
          "execution.checkpointing.incremental",
          List.of("state.backend.incremental"),
          OptionType.flag(),
          true,
          "false",
          "true: a checkpoint writes what changed since the last one; false: every subtask writes"
              + " its whole state in files of this checkpoint alone",
          EVERYWHERE);

  public static final Option<Boolean> PREFER_CHECKPOINT_FOR_RECOVERY =
      option(
          "execution.checkpointing.prefer-checkpoint-for-recovery",
          List.of(),
          OptionType.flag(),
          false,
          "false (until 1.13)",
          "whether an automatic restore, and a restore of latest, prefers any checkpoint to a"
              + " later savepoint",
          EVERYWHERE);

  public static final Option<Duration> DEAD_LETTER_RETENTION =
      option(
          "cairn.dead-letters.retention",
          List.of(),
          OptionType.POSITIVE_DURATION,
          Duration.ofDays(90),
          "not in Flink",
          "how long a dead letter is kept; after that it cannot be sent again",
          EVERYWHERE);

  public static final Option<DamagedHeadFallback> RECOVERY_FALLBACK =
      option(
          "cairn.recovery.fallback",
          List.of(),
          OptionType.choice(
              DamagedHeadFallback.class,
              DamagedHeadFallback::name,
              names(DamagedHeadFallback.values()),
              Map.of()),
          DamagedHeadFallback.FAIL,
          "not in Flink",
          "when a journal is damaged and no checkpoint is left to restore: FAIL the job, or"
              + " restart it FROM_BEGINNING of the stream",
          EVERYWHERE);

  public static final Option<AggregateHashKey> AGGREGATE_HASH_KEY =
      option(
          "cairn.aggregates.hash-key",
          List.of(),
          OptionType.choice(
              AggregateHashKey.class,
              AggregateHashKey::name,
              names(AggregateHashKey.values()),
              Map.of()),
          AggregateHashKey.PARTITION_KEY,
          "not in Flink",
          "by which hash key a user record of an aggregate belongs to a shard, and its state is"
              + " kept: the hash of its PARTITION_KEY, or its EXPLICIT hash key where it has one",
          BUT_THE_ITEM);

  public static final Option<RecordOutsideShard> AGGREGATE_OUTSIDE_SHARD =
      option(
          "cairn.aggregates.outside-shard",
          List.of(),
          OptionType.choice(
              RecordOutsideShard.class,
              RecordOutsideShard::name,
              names(RecordOutsideShard.values()),
              Map.of()),
          RecordOutsideShard.FAILURE_POLICY,
          "not in Flink",
          "what becomes of a user record of an aggregate whose hash key lies outside the shard:"
              + " the FAILURE_POLICY decides, or DISCARD it, as the Kinesis Client Library does",
          BUT_THE_ITEM);

  public static final Option<Optional<Duration>> SCRUB_INTERVAL =
      option(
          "cairn.scrub.interval",
          List.of(),
          OptionType.MINUTES_OR_OFF,
          Optional.of(Duration.ofDays(1)),
          "not in Flink",
          "from one reading of every file that is needed to the next; 0: never",
          DEPLOYED);

  public static final Option<Optional<RestartStrategyType>> RESTART_STRATEGY =
      option(
          "restart-strategy.type",
          List.of("restart-strategy"),
          OptionType.optional(
              OptionType.choice(
                  RestartStrategyType.class,
                  RestartStrategyType::toString,
                  restartStrategies(),
                  Map.of())),
          Optional.empty(),
          "exponential-delay; none without checkpoints",
          "how often and how soon a shard that fails is tried again; unset: exponential-delay",
          EVERYWHERE);

  public static final Option<Integer> FIXED_DELAY_ATTEMPTS =
      option(
          "restart-strategy.fixed-delay.attempts",
          List.of(),
          OptionType.wholeNumber(0),
          1,
          "1",
          "how many times a shard is tried again before the job is FAILED",
          EVERYWHERE);

  public static final Option<Duration> FIXED_DELAY_DELAY =
      option(
          "restart-strategy.fixed-delay.delay",
          List.of(),
          OptionType.DURATION,
          Duration.ofSeconds(1),
          "1 s",
          "how long after a failure the shard is tried again at the earliest",
          EVERYWHERE);

  public static final Option<Integer> FAILURE_RATE_MAX_FAILURES =
      option(
          "restart-strategy.failure-rate.max-failures-per-interval",
          List.of(),
          OptionType.wholeNumber(1, 100, "a shard's journal remembers the time of each"),
          1,
          "1",
          "how many failures of a shard within the interval are borne; one more, and the job is"
              + " FAILED",
          EVERYWHERE);

  public static final Option<Duration> FAILURE_RATE_INTERVAL =
      option(
          "restart-strategy.failure-rate.failure-rate-interval",
          List.of(),
          OptionType.POSITIVE_DURATION,
          Duration.ofMinutes(1),
          "1 min",
          "the time within which failures are counted",
          EVERYWHERE);

  public static final Option<Duration> FAILURE_RATE_DELAY =
      option(
          "restart-strategy.failure-rate.delay",
          List.of(),
          OptionType.DURATION,
          Duration.ofSeconds(1),
          "1 s",
          "how long after a failure the shard is tried again at the earliest",
          EVERYWHERE);

  public static final Option<Duration> EXPONENTIAL_DELAY_INITIAL_BACKOFF =
      option(
          "restart-strategy.exponential-delay.initial-backoff",
          List.of(),
          OptionType.POSITIVE_DURATION,
          Duration.ofSeconds(1),
          "1 s",
          "the delay after the first failure",
          EVERYWHERE);

  public static final Option<Duration> EXPONENTIAL_DELAY_MAX_BACKOFF =
      option(
          "restart-strategy.exponential-delay.max-backoff",
          List.of(),
          OptionType.POSITIVE_DURATION,
          Duration.ofMinutes(1),
          "1 min",
          "the longest delay",
          EVERYWHERE);

  public static final Option<Double> EXPONENTIAL_DELAY_MULTIPLIER =
      option(
          "restart-strategy.exponential-delay.backoff-multiplier",
          List.of(),
          OptionType.fraction(1, 1_000, "from 1 to 1000"),
          1.5,
          "1.5",
          "by what each delay is longer than the one before",
          EVERYWHERE);

  public static final Option<Duration> EXPONENTIAL_DELAY_RESET_THRESHOLD =
      option(
          "restart-strategy.exponential-delay.reset-backoff-threshold",
          List.of(),
          OptionType.POSITIVE_DURATION,
          Duration.ofHours(1),
          "1 h",
          "after so long without a failure the next one counts as the first",
          EVERYWHERE);

  public static final Option<Double> EXPONENTIAL_DELAY_JITTER =
      option(
          "restart-strategy.exponential-delay.jitter-factor",
          List.of(),
          OptionType.fraction(0, 1, "from 0 to 1"),
          0.1,
          "0.1",
          "by what part a delay is longer or shorter by chance",
          EVERYWHERE);

  public static final Option<Integer> EXPONENTIAL_DELAY_ATTEMPTS =
      option(
          "restart-strategy.exponential-delay.attempts-before-reset-backoff",
          List.of(),
          OptionType.wholeNumber(1),
          Integer.MAX_VALUE,
          "2147483647",
          "how many times a shard is tried again before the job is FAILED",
          EVERYWHERE);

  private static final Map<String, Option<?>> BY_NAME = byName();

  private static final Map<String, String> BY_VARIABLE = byVariable();

  private Options() {}

  /** Returns all options, in the order of the documentation. */
  public static List<Option<?>> all() {
    return List.copyOf(ALL);
  }

  /** Returns the options that can be set in a place. */
  public static List<Option<?>> in(SettingSource place) {
    return ALL.stream().filter(option -> option.places().contains(place)).toList();
  }

  /** Returns the options that a task uses; the coordinator uses the others. */
  public static List<Option<?>> ofTasks() {
    return ALL.stream()
        .filter(
            option ->
                option == STORAGE
                    || option == CHECKPOINT_DIRECTORY
                    || option == MAX_INLINE_STATE
                    || option == DATA_INLINE_THRESHOLD
                    || option == AGGREGATE_HASH_KEY
                    || option == AGGREGATE_OUTSIDE_SHARD
                    || option.name().startsWith("restart-strategy."))
        .toList();
  }

  /** Returns the option with this current or former name. */
  public static Optional<Option<?>> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /**
   * Returns the option name for an environment variable, also of an option without effect; empty
   * for a variable that is not a setting.
   *
   * @throws IllegalArgumentException if the variable looks like a setting but is none
   */
  public static Optional<String> nameOf(String variable) {
    Optional<String> name = Optional.ofNullable(BY_VARIABLE.get(variable));
    if (name.isEmpty()
        && (variable.startsWith("EXECUTION_CHECKPOINTING_")
            || variable.startsWith("RESTART_STRATEGY_"))) {
      throw new IllegalArgumentException(
          "it is no setting's"
              + Configuration.nearest(name(variable))
                  .map(known -> "; the nearest that is: " + Option.variable(known))
                  .orElse(": docs/settings.md lists all settings"));
    }
    return name;
  }

  private static String name(String variable) {
    return variable.toLowerCase(Locale.ROOT).replace('_', '.');
  }

  private static <T> Option<T> option(
      String name,
      List<String> oldNames,
      OptionType<T> form,
      T defaultValue,
      String flinkDefault,
      String meaning,
      Set<SettingSource> places) {
    Option<T> option =
        new Option<>(name, oldNames, form, defaultValue, flinkDefault, meaning, places);
    ALL.add(option);
    return option;
  }

  private static Map<String, Option<?>> byName() {
    Map<String, Option<?>> byName = new HashMap<>();
    for (Option<?> option : ALL) {
      byName.put(option.name(), option);
      option.oldNames().forEach(old -> byName.put(old, option));
    }
    return Map.copyOf(byName);
  }

  private static Map<String, String> byVariable() {
    Map<String, String> names = new HashMap<>();
    ForeignOption.all().stream()
        .flatMap(option -> option.names().stream())
        .forEach(name -> names.put(Option.variable(name), name));
    BY_NAME.keySet().forEach(name -> names.put(Option.variable(name), name));
    return Map.copyOf(names);
  }

  private static <E extends Enum<E>> Map<String, E> names(E[] values) {
    Map<String, E> names = new HashMap<>();
    for (E value : values) {
      names.put(value.name().toLowerCase(Locale.ROOT), value);
    }
    return Map.copyOf(names);
  }

  /** Flink accepts the class names of its factories as well. */
  private static Map<String, StorageKind> storages() {
    Map<String, StorageKind> names = new HashMap<>(names(StorageKind.values()));
    String factories = "org.apache.flink.runtime.state.storage.";
    names.put(factories + "filesystemcheckpointstoragefactory", StorageKind.FILESYSTEM);
    names.put(factories + "jobmanagercheckpointstoragefactory", StorageKind.JOBMANAGER);
    return Map.copyOf(names);
  }

  private static Map<String, RestartStrategyType> restartStrategies() {
    return Map.of(
        "none", RestartStrategyType.NONE,
        "off", RestartStrategyType.NONE,
        "disable", RestartStrategyType.NONE,
        "fixed-delay", RestartStrategyType.FIXED_DELAY,
        "fixeddelay", RestartStrategyType.FIXED_DELAY,
        "failure-rate", RestartStrategyType.FAILURE_RATE,
        "failurerate", RestartStrategyType.FAILURE_RATE,
        "exponential-delay", RestartStrategyType.EXPONENTIAL_DELAY,
        "exponentialdelay", RestartStrategyType.EXPONENTIAL_DELAY);
  }
}
