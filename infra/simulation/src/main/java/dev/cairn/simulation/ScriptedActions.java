package dev.cairn.simulation;

import java.time.Duration;

/** The requests and faults of a script. */
final class ScriptedActions implements Actions {
  private final SeededWorld world;
  private final Script script;
  private final Stage stage;
  private boolean isDone;

  ScriptedActions(SeededWorld world, Script script, Stage stage) {
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
    // A script has no faults but those that it makes.
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
