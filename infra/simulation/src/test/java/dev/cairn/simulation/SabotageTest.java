package dev.cairn.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulation is able to fail: without any one guard, it names the invariant that breaks, within
 * a thousand seeds.
 */
class SabotageTest {
  private static final int WITHIN_SEEDS = 1000;

  @ParameterizedTest(name = "{0}")
  @EnumSource(Sabotage.class)
  void isCaught(Sabotage sabotage) {
    Simulations.Report report =
        Simulations.run(
            1, WITHIN_SEEDS, Runtime.getRuntime().availableProcessors(), sabotage.guards, 1);
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
