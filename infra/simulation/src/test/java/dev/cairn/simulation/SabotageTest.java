package dev.cairn.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulation is able to fail: without any one guard, it names the invariant that breaks, within
 * a thousand seeds.
 */
class SabotageTest {
  private static final int WITHIN_SEEDS = 1000;

  /**
   * Seeds that notice a sabotage which few seeds notice. The search begins there, which saves most
   * of this test's time; where the simulation has changed since, it goes on with the seeds after
   * them.
   */
  private static final Map<Sabotage, Long> NOTICED_BY =
      Map.ofEntries(
          Map.entry(Sabotage.PINNED_STAYS, 158L),
          Map.entry(Sabotage.HASHES, 95L),
          Map.entry(Sabotage.OPENED_BY_THE_COORDINATOR_ALONE_WHILE_RESTORING, 64L),
          Map.entry(Sabotage.EPOCH_AGAIN_BEFORE_COLLECTING, 89L),
          Map.entry(Sabotage.REPLAY_STARTS_AT_ITS_RECORD, 244L),
          Map.entry(Sabotage.BASE_REVISION_OF_A_FILE, 23L),
          Map.entry(Sabotage.CLAIM_WITH_THE_MOVE_ONLY, 216L),
          Map.entry(Sabotage.FORKS_STAND_ALONE_BEFORE_THEY_RELEASE, 188L),
          Map.entry(Sabotage.PENDING_GIVES_WAY_TO_A_LATER_ONE, 12L),
          Map.entry(Sabotage.RESTORED_IS_COMPLETED, 23L),
          Map.entry(Sabotage.FORKS_BEGIN_FROM_WHAT_IS_COMPLETED, 613L),
          Map.entry(Sabotage.RETIRED_SUBTASKS_ARE_RESTORED, 287L));

  @ParameterizedTest(name = "{0}")
  @EnumSource(Sabotage.class)
  void isCaught(Sabotage sabotage) {
    Simulations.Report report =
        Simulations.run(
            NOTICED_BY.getOrDefault(sabotage, 1L),
            WITHIN_SEEDS,
            Runtime.getRuntime().availableProcessors(),
            sabotage.guards,
            1);
    assertThat(report.failed()).as("no seed noticed that %s was taken away", sabotage).isNotEmpty();
    SimulationResult caught = report.failed().getFirst();
    System.out.printf(
        Locale.ROOT,
        "without %s: after %d seeds of %d ms, \"%s\" (seed %d)\n",
        sabotage,
        report.seeds(),
        report.processorTimePerSeed().toMillis(),
        caught.violation().orElseThrow().invariant(),
        caught.seed());
    assertThat(caught.violation().orElseThrow().invariant()).isIn(sabotage.breaks);
  }
}
