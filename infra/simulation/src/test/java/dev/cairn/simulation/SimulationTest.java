package dev.cairn.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.simulation.audit.SimulatedRace;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The protocol under fresh seeds each time; {@code -Dcairn.simulation.seeds=200000} for a long
 * night.
 */
class SimulationTest {
  private static final long SEEDS = Long.getLong("cairn.simulation.seeds", 1000);

  /** What has to happen often enough for the run to mean something, as a share of the seeds. */
  private static final List<String> FAULTS =
      List.of(
          SimulatedFault.ANSWER_LOST.key("table.append"),
          SimulatedFault.ANSWER_LOST.key("table.appendAcknowledged"),
          SimulatedFault.SENT_TWICE_BY_THE_SDK.key(),
          SimulatedFault.ANSWER_LOST.key("storage.put"),
          SimulatedFault.ANSWER_LOST.key("table.move"),
          SimulatedFault.REFUSED.key("table.append"),
          SimulatedFault.REFUSED.key("storage.put"),
          SimulatedFault.REFUSED.key("storage.get"),
          SimulatedFault.REFUSED.key("stream.read"),
          SimulatedFault.PROCESS_KILLED.key("table"),
          SimulatedFault.PROCESS_KILLED.key("storage"),
          SimulatedFault.PROCESS_FROZEN.key("table"),
          SimulatedFault.PROCESS_FROZEN.key("storage"),
          SimulatedFault.PROCESS_FROZEN.key("container"),
          SimulatedFault.BATCH_DELIVERED.key("TWICE_AT_ONCE"),
          SimulatedFault.BATCH_DELIVERED.key("AGAIN_AFTER_SUCCESS"),
          SimulatedFault.BATCH_DELIVERED.key("BESIDE_AN_OLDER_BATCH"),
          SimulatedFault.BIT_FLIPPED.key(),
          SimulatedFault.FILE_CUT_OFF.key(),
          SimulatedFault.FILE_LOST.key(),
          SimulatedFault.STREAM_TRIMMED_IN_A_GAP.key(),
          SimulatedFault.TABLE_EVENT_DELIVERED.key("0 times"),
          SimulatedFault.TABLE_EVENT_DELIVERED.key("2 times"),
          SimulatedFault.TWO_COORDINATORS_AT_ONCE.key(),
          SimulatedFault.WAKE_LOST.key(),
          SimulatedFault.THE_FUNCTION_THREW.key(),
          SimulatedFault.A_CONTAINERS_CLOCK_IS_OFF.key(),
          SimulatedFault.RESTORE_OF_WHAT_CANNOT_BE_RESTORED_REQUESTED.key(),
          SimulatedFault.LANDED_LATE.key("table.append"),
          SimulatedFault.LANDED_LATE.key("table.appendAcknowledged"),
          SimulatedFault.LANDED_LATE.key("table.complete"),
          SimulatedFault.LANDED_LATE.key("table.move"),
          SimulatedFault.LANDED_LATE.key("storage.put"),
          SimulatedFault.LANDED_LATE.key("storage.delete"),
          SimulatedFault.THE_REMAINING_TIME_WAS_MISREAD.key(),
          SimulatedFault.A_COLLECTOR_SLEPT_BETWEEN_ITS_READS.key(),
          SimulatedFault.AN_ENTRY_LONG_AFTER_ITS_FILE.key(),
          SimulatedFault.ANOTHER_FILE_IS_WHERE_THE_METADATA_IS_TO_BE.key(),
          SimulatedFault.RECORDS_EXPIRED_WHILE_THE_JOB_WAS_HALTED.key(),
          SimulatedFault.AN_AGGREGATE.key(),
          SimulatedRace.A_POSITION_WITHIN_AN_AGGREGATE.key(),
          SimulatedRace.A_SHARD_WENT_ON_WITHOUT_RECORDS_THAT_HAD_EXPIRED.key(),
          SimulatedRace.RESTORE_REQUESTED_WHILE_A_COLLECTOR_SLEPT.key(),
          SimulatedRace.CHECKPOINT_REQUESTED_WHILE_A_COLLECTOR_HAD_LISTED_THE_FILES.key(),
          SimulatedRace.A_TASK_LOST_ITS_APPEND.key(),
          SimulatedRace.A_TASKS_APPEND_CAME_AFTER_A_TRIGGER.key(),
          SimulatedRace.AN_ENTRY_WAS_THERE_ALREADY_ITS_ANSWER_LOST.key(),
          SimulatedRace.THE_COORDINATOR_LOST_AN_APPEND.key(),
          SimulatedRace.A_RESTORE_BEFORE_THE_LAST_ONES_GAP_WAS_CLOSED.key(),
          SimulatedRace.A_SNAPSHOT_FOR_A_CHECKPOINT_THAT_IS_NO_LONGER_PENDING.key(),
          SimulatedRace.RECORDS_JOURNALLED_BETWEEN_A_TRIGGER_AND_ITS_SNAPSHOT.key(),
          SimulatedRace.RESTORE_REQUESTED_DURING_A_CHECKPOINT.key(),
          SimulatedRace.RESTORE_REQUESTED_DURING_A_RESTORE.key(),
          SimulatedRace.RESTORE_REQUESTED_DURING_A_REPLAY.key(),
          SimulatedRace.RESTORE_REQUESTED_WHILE_A_SHARD_WAS_BEING_OPENED.key(),
          SimulatedRace.RESTORE_OF_THE_OLDEST_CHECKPOINT_RIGHT_AFTER_A_COMMIT.key(),
          SimulatedRace.SEVERAL_CHECKPOINTS_PENDING_AT_ONCE.key(),
          SimulatedRace.A_RESTORE_ONTO_A_STREAM_AS_IF_IT_WERE_ANOTHER.key(),
          SimulatedRace.A_CLOSED_SUBTASK_RETIRED.key(),
          SimulatedRace.A_RETIRED_SUBTASK_RESTORED.key(),
          SimulatedRace.A_SHARD_BEGUN_ANEW.key(),
          SimulatedRace.A_SHARD_BEGUN_ANEW_OPENED_FOR_IT.key(),
          SimulatedRace.A_SHARD_RESTORED_WITH_A_GAP.key(),
          SimulatedRace.ENTRIES_EXPIRED_BELOW_A_WARM_CONTAINERS_REVISION.key(),
          SimulatedRace.ENTRIES_EXPIRED_WHILE_A_CONTAINER_WAS_AWAKE.key(),
          SimulatedRace.RESTORE_BY_PATH.key("complete"),
          SimulatedRace.RESTORE_BY_PATH.key("over"),
          SimulatedRace.RESTORE_BY_PATH_WHILE_IT_IS_DISPOSED_OF.key(),
          SimulatedRace.A_DEPLOYMENT_WAS_ROLLED_BACK.key(),
          SimulatedRace.A_JOB_WAS_UPGRADED_UNDER_LOAD.key(),
          "fork: deployed",
          "fork: unfork while its coordinator runs",
          "command: pin",
          "entry: Materialized by MAPPING",
          "entry: Snapshotted by COORDINATOR",
          "entry: Snapshotted by WAKE",
          "entry: Snapshotted by MAPPING",
          "dead letter",
          "dead letter of a record that ended its process",
          "collected: a file",
          "collected: metadata");

  @Test
  void everyInvariantHoldsAfterEveryStepOfFreshSeeds() {
    long first = Long.getLong("cairn.simulation.first", System.currentTimeMillis() * 1000);
    Simulations.Report report =
        Simulations.run(first, SEEDS, Runtime.getRuntime().availableProcessors(), Guards.all(), 5);
    System.out.printf(
        Locale.ROOT,
        "simulation: %d seeds from %d on, %d events (at most %d in one), %d ms of processor time a"
            + " seed\n"
            + "%s",
        report.seeds(),
        first,
        report.events(),
        report.mostEvents(),
        report.processorTimePerSeed().toMillis(),
        report.table());
    assertThat(report.failed()).as(() -> failures(report)).isEmpty();
    assertThat(report.seeds()).isEqualTo(SEEDS);
    assertThat(report.leastInvocations()).isGreaterThanOrEqualTo(200);
    assertThat(report.leastFaults()).isGreaterThanOrEqualTo(10);
    assertThat(report.leastRestores()).isGreaterThanOrEqualTo(2);
    assertThat(report.tally().of("run: to its end")).isEqualTo(SEEDS);
    for (String fault : FAULTS) {
      assertThat(report.tally().of(fault))
          .as("%s hardly happened in %d seeds", fault, SEEDS)
          .isGreaterThan(SEEDS / 100);
    }
  }

  private static String failures(Simulations.Report report) {
    return report.failed().stream()
        .map(
            failed ->
                failed.violation().orElseThrow().getMessage() + "\n  again: " + failed.replay())
        .collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 22, 341})
  void theSameSeedGivesTheSameTrace(long seed) {
    SimulationResult once = Simulation.run(seed, Guards.all());
    SimulationResult again = Simulation.run(seed, Guards.all());
    assertThat(again.traceHash()).isEqualTo(once.traceHash());
    assertThat(again.events()).isEqualTo(once.events()).isGreaterThan(1000);
    assertThat(again.tally().counts()).isEqualTo(once.tally().counts());
    assertThat(Simulation.run(seed + 1, Guards.all()).traceHash()).isNotEqualTo(once.traceHash());
  }
}
