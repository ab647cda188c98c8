package dev.cairn.simulation;

import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.simulation.audit.Auditor;
import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.simulation.audit.StoredTable;
import java.time.Duration;

/**
 * Halts the job for longer than the stream keeps records, so that some expire that were never
 * delivered. The job must not continue without them unless a user accepts that.
 */
final class LongHalt {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final SeededWorld world;
  private final Faults faults;
  private final StoredTable table;
  private final LocalStream stream;
  private final Auditor auditor;

  LongHalt(
      SeededWorld world, Faults faults, StoredTable table, LocalStream stream, Auditor auditor) {
    this.world = world;
    this.faults = faults;
    this.table = table;
    this.stream = stream;
    this.auditor = auditor;
  }

  /**
   * Halts the job; gives up if that takes long.
   *
   * @return whether the stream's records have expired
   */
  boolean begin() {
    world.pass("user.cancel for long");
    table.request(RunProfile.JOB, Request.command("cancel"));
    if (!world.await(PATIENCE, this::isHalted)) {
      return false;
    }
    // Records keep arriving, and are not delivered.
    world.sleep(Duration.ofMillis(500 + faults.below(8_000)));
    // No invocation and no late write lasts that long.
    if (!world.await(PATIENCE, () -> world.tasks("/container-") == 0) || !isHalted()) {
      return false;
    }
    // An expiring gap needs another restore, which the trimmed stream covers.
    if (auditor.hasGap()) {
      return false;
    }
    // The last records may be kept, or none.
    world.leap(stream.retention().plusMillis(faults.below(24_000) - 12_000));
    stream.trimExpired();
    faults.count(SimulatedFault.RECORDS_EXPIRED_WHILE_THE_JOB_WAS_HALTED);
    return true;
  }

  private boolean isHalted() {
    return table.job(RunProfile.JOB).orElseThrow().status() instanceof JobStatus.Halted;
  }
}
