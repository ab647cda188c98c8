package dev.cairn.simulation;

import dev.cairn.simulation.SeededWorld.Happening;
import dev.cairn.simulation.SeededWorld.Weather;
import java.time.Duration;
import java.util.Optional;

/** Kills or freezes one process at a point that a scenario names. */
final class ScenarioFaults implements Weather {
  private final Weather otherwise;
  private Optional<Plan> plan = Optional.empty();
  private Optional<String> faultedProcess = Optional.empty();

  /** The happening for the first process of this kind that passes a point. */
  private record Plan(String process, String point, Happening happening) {}

  /**
   * @param otherwise decides at all other points
   */
  ScenarioFaults(Weather otherwise) {
    this.otherwise = otherwise;
  }

  void kill(String process, String point) {
    plan(new Plan(process, point, new Happening.Kill()));
  }

  void freeze(String process, String point, Duration duration) {
    plan(new Plan(process, point, new Happening.Delay(duration)));
  }

  private void plan(Plan next) {
    plan = Optional.of(next);
    faultedProcess = Optional.empty();
  }

  /**
   * Returns the process to which the planned fault has happened; empty as long as no process
   * reached the point.
   */
  Optional<String> faultedProcess() {
    return faultedProcess;
  }

  @Override
  public Happening at(String task, String point) {
    Optional<Plan> here =
        plan.filter(one -> task.startsWith(one.process()) && point.equals(one.point()));
    if (here.isEmpty()) {
      return otherwise.at(task, point);
    }
    plan = Optional.empty();
    faultedProcess = Optional.of(task);
    return here.get().happening();
  }
}
