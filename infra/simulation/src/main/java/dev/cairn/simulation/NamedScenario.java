package dev.cairn.simulation;

/**
 * A named scenario: requests of a user and faults at chosen points, in a run that has no other
 * faults. {@link Simulation#play} checks every invariant after every step, and that everything
 * catches up at the end.
 */
@FunctionalInterface
public interface NamedScenario {
  /** Plays the scenario while records arrive. */
  void play(ScenarioRun stage);
}
