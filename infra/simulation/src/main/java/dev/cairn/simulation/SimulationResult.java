package dev.cairn.simulation;

import dev.cairn.simulation.audit.FaultTally;
import dev.cairn.simulation.audit.Violation;
import java.util.Optional;

/**
 * The result of one seed.
 *
 * @param violation the invariant that did not hold; empty if all did, to the end
 */
public record SimulationResult(
    long seed,
    Optional<Violation> violation,
    long traceHash,
    long events,
    long invocations,
    long restores,
    long faults,
    FaultTally tally) {

  /** Returns the command that replays this run, step by step. */
  public String replay() {
    return "./cairn simulate --seed " + seed + " --trace";
  }
}
