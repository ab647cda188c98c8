package dev.cairn.simulation;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.DamagedHeadFallback;
import dev.cairn.settings.Options;
import dev.cairn.settings.RestartStrategyType;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.StartPosition;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The sizes and settings of one seed's run, apart from its faults.
 *
 * @param longestRecordTime the longest time that the function takes for one record
 * @param pressure the additional load on the task's function
 * @param rollsBack whether the run begins in the release before this one, and its deployment goes
 *     forward and back
 * @param reshards how many times shards are split or merged
 * @param listingDelay how long a new shard is missing from the list of shards
 * @param aggregates whether the producer aggregates some of its records
 */
record RunProfile(
    int shards,
    int keys,
    int batchSize,
    Duration timeout,
    Duration longestInvocation,
    Duration tick,
    boolean trims,
    CheckpointSettings checkpoints,
    TaskSettings task,
    Duration longestRecordTime,
    Pressure pressure,
    boolean rollsBack,
    int reshards,
    Duration listingDelay,
    boolean aggregates) {
  static final JobId JOB = new JobId("simulated");
  static final StageId STAGE = new StageId("fold");

  /** Draws the number of concurrent checkpoints and of tolerated failures. */
  private static Configuration options(SplittableRandom random) {
    Configuration configuration =
        Configuration.DEFAULTS
            .with(
                Options.MAX_CONCURRENT_CHECKPOINTS,
                random.nextInt(3) == 0 ? 2 + random.nextInt(4) : 1,
                SettingSource.CONSTRUCT)
            .with(
                Options.RECOVERY_FALLBACK,
                random.nextBoolean()
                    ? DamagedHeadFallback.FAIL
                    : DamagedHeadFallback.FROM_BEGINNING,
                SettingSource.CONSTRUCT)
            .with(Options.RESTART_STRATEGY, strategy(random), SettingSource.CONSTRUCT)
            .with(Options.INCREMENTAL, random.nextInt(6) != 0, SettingSource.CONSTRUCT);
    return random.nextInt(3) == 0
        ? configuration.with(
            Options.TOLERABLE_FAILED_CHECKPOINTS, random.nextInt(3), SettingSource.CONSTRUCT)
        : configuration;
  }

  private static Optional<RestartStrategyType> strategy(SplittableRandom random) {
    return switch (random.nextInt(6)) {
      case 0 -> Optional.of(RestartStrategyType.NONE);
      case 1, 2 -> Optional.of(RestartStrategyType.FIXED_DELAY);
      case 3 -> Optional.of(RestartStrategyType.FAILURE_RATE);
      default -> Optional.empty();
    };
  }

  /** A small run without pressure, for scripts. */
  static RunProfile plain() {
    return new RunProfile(
        3,
        8,
        4,
        Duration.ofSeconds(15),
        Duration.ofSeconds(20),
        Duration.ofSeconds(1),
        false,
        new CheckpointSettings(Optional.of(Duration.ofSeconds(5)), Duration.ofSeconds(40), 3),
        new TaskSettings(
            JOB,
            STAGE,
            new StartPosition.TrimHorizon(),
            FailurePolicy.FAIL,
            40,
            20,
            1 << 20,
            Duration.ofSeconds(2),
            10),
        Duration.ZERO,
        Pressure.NONE,
        false,
        0,
        Duration.ZERO,
        false);
  }

  static RunProfile draw(SplittableRandom random) {
    boolean trims = random.nextInt(3) == 0;
    CheckpointSettings checkpoints =
        new CheckpointSettings(
            Optional.of(Duration.ofSeconds(2 + random.nextInt(8))),
            Duration.ofSeconds(10 + random.nextInt(30)),
            trims ? 3 + random.nextInt(3) : 1 + random.nextInt(4));
    checkpoints = checkpoints.and(options(random));
    TaskSettings task =
        new TaskSettings(
            JOB,
            STAGE,
            new StartPosition.TrimHorizon(),
            random.nextBoolean() ? FailurePolicy.FAIL : FailurePolicy.DEAD_LETTER,
            random.nextInt(3) == 0 ? 40 : 8192,
            5 + random.nextInt(30),
            1 << 20,
            Duration.ofSeconds(2),
            1 + random.nextInt(20));
    int shards = 3 + random.nextInt(3);
    Pressure pressure =
        Pressure.draw(
            random.split(),
            shards,
            checkpoints.configuration().place(Options.TOLERABLE_FAILED_CHECKPOINTS).isEmpty());
    RunProfile drawn =
        new RunProfile(
            shards,
            4 + random.nextInt(12),
            1 + random.nextInt(6),
            Duration.ofSeconds(8 + random.nextInt(12)),
            // The age of a file is collection's second safeguard; here the first one alone must
            // suffice.
            random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(20),
            Duration.ofSeconds(random.nextInt(4) == 0 ? 8 : 1),
            trims,
            checkpoints,
            // Where no base can be stored, a journal may be long, and each file of it takes a
            // moment.
            pressure.slowSnapshots() ? task.withInlineThreshold(8192) : task,
            // Slow enough for a batch to outlast the interval between two checkpoints.
            random.nextInt(4) == 0 ? Duration.ofSeconds(1 + random.nextInt(4)) : Duration.ZERO,
            pressure,
            random.nextInt(4) == 0,
            1 + random.nextInt(5),
            Duration.ofMillis(random.nextBoolean() ? random.nextInt(8000) : 0),
            false);
    // A journal in the earlier format has no positions within a record.
    return random.nextInt(3) == 0 && !drawn.rollsBack() ? drawn.aggregating() : drawn;
  }

  private RunProfile aggregating() {
    return new RunProfile(
        shards,
        keys,
        batchSize,
        timeout,
        longestInvocation,
        tick,
        trims,
        checkpoints,
        task,
        longestRecordTime,
        pressure,
        rollsBack,
        reshards,
        listingDelay,
        true);
  }
}
