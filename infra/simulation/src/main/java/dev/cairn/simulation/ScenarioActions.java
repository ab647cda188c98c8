package dev.cairn.simulation;

import java.time.Duration;

/** The requests and faults of a named scenario. */
final class ScenarioActions implements Actions {
  private final SeededWorld world;
  private final NamedScenario script;
  private final ScenarioRun stage;
  private boolean isDone;

  ScenarioActions(SeededWorld world, NamedScenario script, ScenarioRun stage) {
    this.world = world;
    this.script = script;
    this.stage = stage;
  }

  @Override
  public void act() {
    script.play(stage);
    isDone = true;
    while (true) {
      world.sleep(Duration.ofMinutes(1));
    }
  }

  @Override
  public void calm() {
    // A scenario has only the faults that it injects.
  }

  @Override
  public boolean isDone() {
    return isDone;
  }

  @Override
  public long restores() {
    return stage.job().epoch().value() - 1;
  }
}
