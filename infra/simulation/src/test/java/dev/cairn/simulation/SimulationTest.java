package dev.cairn.simulation;

import static org.assertj.core.api.Assertions.assertThat;

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
          "fault: answer lost of table.append",
          "fault: answer lost of table.appendAcknowledged",
          "fault: sent twice by the SDK",
          "fault: answer lost of storage.put",
          "fault: answer lost of table.move",
          "fault: refused table.append",
          "fault: refused storage.put",
          "fault: refused storage.get",
          "fault: refused stream.read",
          "fault: process killed at table",
          "fault: process killed at storage",
          "fault: process frozen at table",
          "fault: process frozen at storage",
          "fault: process frozen at container",
          "fault: batch delivered TWICE_AT_ONCE",
          "fault: batch delivered AGAIN_AFTER_SUCCESS",
          "fault: batch delivered BESIDE_AN_OLDER_BATCH",
          "fault: bit flipped",
          "fault: file cut off",
          "fault: file lost",
          "fault: stream trimmed in a gap",
          "fault: table event delivered 0 times",
          "fault: table event delivered 2 times",
          "fault: two coordinators at once",
          "fault: wake lost",
          "fault: the function threw",
          "fault: a container's clock is off",
          "fault: restore of what cannot be restored requested",
          "fault: landed late: table.append",
          "fault: landed late: table.appendAcknowledged",
          "fault: landed late: table.complete",
          "fault: landed late: table.move",
          "fault: landed late: storage.put",
          "fault: landed late: storage.delete",
          "fault: the remaining time was misread",
          "fault: a collector slept between its reads",
          "fault: an entry long after its file",
          "fault: another file is where the metadata is to be",
          "fault: records expired while the job was halted",
          "race: a shard went on without records that had expired",
          "race: restore requested while a collector slept",
          "race: checkpoint requested while a collector had listed the files",
          "race: a task lost its append",
          "race: a task's append came after a trigger",
          "race: an entry was there already, its answer lost",
          "race: the coordinator lost an append",
          "race: a restore before the last one's gap was closed",
          "race: a snapshot for a checkpoint that is no longer pending",
          "race: records journalled between a trigger and its snapshot",
          "race: restore requested during a checkpoint",
          "race: restore requested during a restore",
          "race: restore requested during a replay",
          "race: restore requested while a shard was being opened",
          "race: restore of the oldest checkpoint right after a commit",
          "race: several checkpoints pending at once",
          "race: a restore onto a stream as if it were another",
          "race: a shard begun anew",
          "race: a shard begun anew, opened for it",
          "race: a shard restored with a gap",
          "race: entries expired below a warm container's revision",
          "race: entries expired while a container was awake",
          "race: restore by path of what is complete",
          "race: restore by path of what is over",
          "race: restore by path while it is disposed of",
          "race: a deployment was rolled back",
          "race: a job was upgraded under load",
          "fork: deployed",
          "fork: unfork while its coordinator runs",
          "command: pin",
          "entry: Materialized by MAPPING",
          "entry: Snapshotted by COORDINATOR",
          "entry: Snapshotted by WAKE",
          "entry: Snapshotted by MAPPING",
          "dead letter",
          "collected: a file",
          "collected: metadata");

  @Test
  void everyInvariantHoldsAfterEveryStepOfFreshSeeds() {
    long first = Long.getLong("cairn.simulation.first", System.currentTimeMillis() * 1000);
    Simulations.Report report =
        Simulations.run(first, SEEDS, Runtime.getRuntime().availableProcessors(), Guards.all(), 5);
    System.out.printf(
        Locale.ROOT,
        "simulation: %d seeds from %d on, %d events, %d ms of processor time a seed\n%s",
        report.seeds(),
        first,
        report.events(),
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
