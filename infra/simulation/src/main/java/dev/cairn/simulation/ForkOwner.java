package dev.cairn.simulation;

import dev.cairn.coordinator.ports.SourceMapping;
import dev.cairn.id.JobId;
import dev.cairn.inmemory.world.World;
import dev.cairn.job.Request;
import dev.cairn.simulation.audit.StoredTable;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The user who deploys a fork: the fork's coordinator runs for a while, beside its parent's, and
 * the fork may be cancelled, resumed and released in the meantime.
 */
final class ForkOwner {
  /** The event source mapping of a fork: it delivers nothing. */
  static final SourceMapping MAPPING =
      new SourceMapping() {
        @Override
        public void enable() {}

        @Override
        public void disable() {}
      };

  private static final int MOST_TICKS = 8;

  private final World world;
  private final Faults faults;
  private final StoredTable table;
  private final Consumer<JobId> tick;

  /**
   * @param tick invokes a coordinator of the job that is given
   */
  ForkOwner(World world, Faults faults, StoredTable table, Consumer<JobId> tick) {
    this.world = world;
    this.faults = faults;
    this.table = table;
    this.tick = tick;
  }

  /** Deploys the fork as soon as it exists, and stops after some ticks. */
  void deploy(JobId fork) {
    faults.count("fork: deployed");
    world.start("owner of " + fork, () -> operate(fork));
  }

  private void operate(JobId fork) {
    boolean exists = world.await(Duration.ofSeconds(30), () -> table.job(fork).isPresent());
    int ticks = exists ? 1 + faults.below(MOST_TICKS) : 0;
    for (int i = 0; i < ticks; i++) {
      world.start("fork rule/event", () -> tick.accept(fork));
      world.sleep(Duration.ofMillis(200 + faults.below(3000)));
      switch (faults.below(6)) {
        case 0 -> request(fork, "cancel");
        case 1 -> request(fork, "resume");
        case 2 -> request(RunProfile.JOB, "unfork " + fork);
        default -> {}
      }
    }
  }

  private void request(JobId job, String command) {
    world.pass("user.command " + command + " of " + job);
    faults.count("fork: " + command.split(" ")[0] + " while its coordinator runs");
    table.request(job, Request.command(command));
  }
}
