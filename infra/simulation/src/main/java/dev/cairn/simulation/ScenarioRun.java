package dev.cairn.simulation;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.simulation.audit.StoredTable;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The operations of a named scenario on its pipeline, and the conditions that it can wait for. */
public final class ScenarioRun {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final SeededWorld world;
  private final ScenarioFaults weather;
  private final StoredTable table;

  ScenarioRun(SeededWorld world, ScenarioFaults weather, StoredTable table) {
    this.world = world;
    this.weather = weather;
    this.table = table;
  }

  /** The kinds of processes that a fault may happen to. */
  public enum Process {
    TASK("task/container-"),
    COORDINATOR("coordinator/container-");

    private final String prefix;

    Process(String prefix) {
      this.prefix = prefix;
    }
  }

  /**
   * Kills the first process of this kind that is about to make a call, and waits until it is dead.
   */
  public void kill(Process process, String call) {
    weather.kill(process.prefix, call);
    await("a " + process + " to die before " + call, () -> weather.faultedProcess().isPresent());
  }

  /** Freezes the first process of this kind that is about to make a call, and waits until it is. */
  public void freeze(Process process, String call, Duration duration) {
    weather.freeze(process.prefix, call, duration);
    await("a " + process + " to freeze before " + call, () -> weather.faultedProcess().isPresent());
  }

  /** Waits until one more checkpoint is completed, and returns it. */
  public Checkpoint.Completed awaitCheckpoint() {
    int before = completed().size();
    long last = before == 0 ? 0 : completed().getLast().id().value();
    await(
        "a checkpoint after " + last,
        () -> !completed().isEmpty() && completed().getLast().id().value() > last);
    return completed().getLast();
  }

  /** The completed checkpoints that are kept, the oldest first. */
  public List<Checkpoint.Completed> completed() {
    return table.checkpoints(RunProfile.JOB).stream()
        .filter(Checkpoint.Completed.class::isInstance)
        .map(Checkpoint.Completed.class::cast)
        .toList();
  }

  /** Requests a restore, and does not wait for it. */
  public void restore(CheckpointId checkpoint) {
    table.request(RunProfile.JOB, Request.restore(checkpoint.toString()));
  }

  /** Sends a command, and does not wait for it. */
  public void command(String text) {
    table.request(RunProfile.JOB, Request.command(text));
  }

  /** Waits until the job is in a status. */
  public void awaitStatus(Class<? extends JobStatus> status) {
    await("the job to be " + status.getSimpleName(), () -> status.isInstance(job().status()));
  }

  /** Waits until so many restores, halts and resumes have begun since the job began. */
  public void awaitEpoch(long epoch) {
    await("epoch " + epoch, () -> job().epoch().value() >= epoch);
  }

  /** Lets the pipeline run for a duration. */
  public void pass(Duration time) {
    world.sleep(time);
  }

  public Job job() {
    return table.job(RunProfile.JOB).orElseThrow();
  }

  private void await(String what, BooleanSupplier condition) {
    if (!world.await(PATIENCE, condition)) {
      throw new IllegalStateException("the script waited in vain for " + what);
    }
  }
}
