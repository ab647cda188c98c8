package dev.cairn.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.JobStatus;
import dev.cairn.simulation.ScenarioRun.Process;
import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the protocol was made for, as stories. Each is played under several seeds, which decide how
 * long each call takes; after every step all invariants must hold, and after the script everything
 * must catch up.
 */
class NamedScenariosTest {
  private static final int SEEDS = 5;
  private static final int MOST_SEEDS = 40;
  private static final Duration LONG = Duration.ofSeconds(60);

  private static final NamedScenario A_RESTORE_IS_REQUESTED_WHILE_A_SNAPSHOT_IS_IN_PROGRESS =
      stage -> {
        CheckpointId first = stage.awaitCheckpoint().id();
        stage.freeze(Process.TASK, "storage.put", Duration.ofSeconds(10));
        stage.restore(first);
        stage.awaitEpoch(2);
        stage.awaitStatus(JobStatus.Running.class);
      };

  private static final NamedScenario ONE_OF_TWO_COORDINATORS_DIES_BETWEEN_ITS_PLAN_AND_ITS_WRITE =
      stage -> {
        Checkpoint.Completed before = stage.awaitCheckpoint();
        stage.kill(Process.COORDINATOR, "table.begin");
        Checkpoint.Completed after = stage.awaitCheckpoint();
        assertThat(after.id().isAfter(before.id())).isTrue();
      };

  private static final NamedScenario A_COORDINATOR_DIES_BEFORE_IT_COMMITS_A_COMPLETE_CHECKPOINT =
      stage -> {
        stage.awaitCheckpoint();
        stage.kill(Process.COORDINATOR, "table.complete");
        stage.awaitCheckpoint();
      };

  private static final NamedScenario A_TASK_DIES_BETWEEN_ITS_FILES_AND_ITS_ENTRY =
      stage -> {
        stage.awaitCheckpoint();
        stage.kill(Process.TASK, "table.appendAcknowledged");
        stage.awaitCheckpoint();
      };

  private static final NamedScenario A_FROZEN_TASK_WAKES_AFTER_ANOTHER_CONTAINER_HAS_GONE_ON =
      stage -> {
        stage.awaitCheckpoint();
        stage.freeze(Process.TASK, "table.append", LONG);
        stage.pass(LONG.plusSeconds(10));
      };

  private static final NamedScenario A_COORDINATOR_DIES_IN_THE_MIDDLE_OF_A_RESTORE =
      stage -> {
        CheckpointId first = stage.awaitCheckpoint().id();
        stage.restore(first);
        stage.awaitStatus(JobStatus.Restoring.class);
        stage.kill(Process.COORDINATOR, "table.append");
        stage.awaitEpoch(2);
        stage.awaitStatus(JobStatus.Running.class);
      };

  private static final NamedScenario A_RESTORE_IS_REPLACED_BY_ANOTHER_ONE =
      stage -> {
        CheckpointId first = stage.awaitCheckpoint().id();
        CheckpointId second = stage.awaitCheckpoint().id();
        stage.restore(first);
        stage.awaitStatus(JobStatus.Restoring.class);
        stage.restore(second);
        stage.awaitEpoch(3);
        stage.awaitStatus(JobStatus.Running.class);
      };

  private static final NamedScenario
      A_CHECKPOINT_IS_NOT_COMMITTED_AFTER_THE_RESTORE_THAT_HAS_UNDONE_ITS_STATE =
          stage -> {
            CheckpointId first = stage.awaitCheckpoint().id();
            stage.freeze(Process.COORDINATOR, "table.complete", LONG);
            stage.restore(first);
            stage.awaitEpoch(2);
            stage.pass(LONG);
            stage.awaitStatus(JobStatus.Running.class);
          };

  private static final NamedScenario A_COLLECTOR_SLEEPS_WHILE_THE_OLDEST_CHECKPOINT_IS_RESTORED =
      stage -> {
        stage.awaitCheckpoint();
        stage.awaitCheckpoint();
        stage.awaitCheckpoint();
        stage.freeze(Process.COORDINATOR, "storage.delete", LONG);
        stage.restore(stage.completed().getFirst().id());
        stage.awaitEpoch(2);
        stage.pass(LONG);
      };

  private static final NamedScenario A_JOB_IS_STOPPED_WITH_A_SAVEPOINT_AND_RESUMED =
      stage -> {
        stage.awaitCheckpoint();
        stage.command("stop before-lunch");
        stage.awaitStatus(JobStatus.Halted.class);
        stage.pass(LONG);
        stage.command("resume");
        stage.awaitStatus(JobStatus.Running.class);
        stage.awaitCheckpoint();
      };

  private static void play(NamedScenario script) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulationResult result = Simulation.play(seed, Guards.all(), script);
      assertThat(result.violation()).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void aRestoreIsRequestedWhileASnapshotIsInProgress() {
    play(A_RESTORE_IS_REQUESTED_WHILE_A_SNAPSHOT_IS_IN_PROGRESS);
  }

  @Test
  void oneOfTwoCoordinatorsDiesBetweenItsPlanAndItsWrite() {
    play(ONE_OF_TWO_COORDINATORS_DIES_BETWEEN_ITS_PLAN_AND_ITS_WRITE);
  }

  @Test
  void aCoordinatorDiesBeforeItCommitsACompleteCheckpoint() {
    play(A_COORDINATOR_DIES_BEFORE_IT_COMMITS_A_COMPLETE_CHECKPOINT);
  }

  @Test
  void aTaskDiesBetweenItsFilesAndItsEntry() {
    play(A_TASK_DIES_BETWEEN_ITS_FILES_AND_ITS_ENTRY);
  }

  @Test
  void aFrozenTaskWakesAfterAnotherContainerHasGoneOn() {
    play(A_FROZEN_TASK_WAKES_AFTER_ANOTHER_CONTAINER_HAS_GONE_ON);
  }

  @Test
  void aCoordinatorDiesInTheMiddleOfARestore() {
    play(A_COORDINATOR_DIES_IN_THE_MIDDLE_OF_A_RESTORE);
  }

  @Test
  void aRestoreIsReplacedByAnotherOne() {
    play(A_RESTORE_IS_REPLACED_BY_ANOTHER_ONE);
  }

  @Test
  void aCheckpointIsNotCommittedAfterTheRestoreThatHasUndoneItsState() {
    play(A_CHECKPOINT_IS_NOT_COMMITTED_AFTER_THE_RESTORE_THAT_HAS_UNDONE_ITS_STATE);
  }

  @Test
  void aCollectorSleepsWhileTheOldestCheckpointIsRestored() {
    play(A_COLLECTOR_SLEEPS_WHILE_THE_OLDEST_CHECKPOINT_IS_RESTORED);
  }

  @Test
  void aJobIsStoppedWithASavepointAndResumed() {
    play(A_JOB_IS_STOPPED_WITH_A_SAVEPOINT_AND_RESUMED);
  }

  static Stream<Arguments> scenariosAndTheirGuards() {
    return Stream.of(
        arguments(A_FROZEN_TASK_WAKES_AFTER_ANOTHER_CONTAINER_HAS_GONE_ON, Sabotage.PUT_IF_ABSENT),
        arguments(A_FROZEN_TASK_WAKES_AFTER_ANOTHER_CONTAINER_HAS_GONE_ON, Sabotage.OWN_ID),
        arguments(A_RESTORE_IS_REPLACED_BY_ANOTHER_ONE, Sabotage.FRONTIER_IS_A_MAXIMUM),
        arguments(A_RESTORE_IS_REPLACED_BY_ANOTHER_ONE, Sabotage.STATUS_AND_EPOCH_WHEN_MOVED),
        arguments(
            A_CHECKPOINT_IS_NOT_COMMITTED_AFTER_THE_RESTORE_THAT_HAS_UNDONE_ITS_STATE,
            Sabotage.PENDING_AND_EPOCH_WHEN_COMPLETED),
        arguments(
            A_COLLECTOR_SLEEPS_WHILE_THE_OLDEST_CHECKPOINT_IS_RESTORED,
            Sabotage.CONDITIONAL_SUBSUME),
        arguments(A_JOB_IS_STOPPED_WITH_A_SAVEPOINT_AND_RESUMED, Sabotage.SUSPENSION));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("scenariosAndTheirGuards")
  void aScenarioNoticesThatTheGuardIsMissingWhichItIsAbout(NamedScenario script, Sabotage missing) {
    assertThat(LongStream.rangeClosed(1, MOST_SEEDS))
        .as("a seed in which an invariant breaks")
        .anyMatch(seed -> Simulation.play(seed, missing.guards, script).violation().isPresent());
  }
}
