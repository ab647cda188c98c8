package dev.cairn.coordinator.lifecycle;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.journals.EpochAdvance;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.restoring.RestoreRefusedException;
import dev.cairn.coordinator.restoring.StreamCoverage;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import java.time.Instant;
import java.util.List;

/**
 * Lets a job halt and go on. Nothing is consumed meanwhile: first each journal says so, which every
 * task reads before it applies anything, then the mapping is disabled; on the way back it is
 * enabled last.
 */
public final class Lifecycle {
  private final CoordinatorPorts ports;
  private final EpochAdvance epochs;
  private final StreamCoverage coverage;

  public Lifecycle(
      CoordinatorPorts ports, JournalGuards guards, JournalTails tails, StreamCoverage coverage) {
    this.ports = ports;
    this.coverage = coverage;
    this.epochs = new EpochAdvance(ports, guards, tails);
  }

  /** Begins to halt, of the job's own accord. */
  public void halt(Job job, Halt halt, List<Checkpoint> checkpoints, Instant now) {
    ports.move(job, new JobStatus.Suspending(halt), Checkpoint.pending(checkpoints), now);
  }

  /** Lets a stopping job run again, as Flink does if the savepoint fails, and says why. */
  public void continueWithoutSavepoint(Job job, String why, Instant now) {
    if (ports.move(job, new JobStatus.Resuming(), List.of(), now)) {
      ports
          .checkpoints()
          .job(job.id())
          .ifPresent(
              moved -> ports.checkpoints().explain(moved, new Job.Refusal("stop", why, now)));
    }
  }

  /** Goes on from wherever a coordinator left the job that is to halt. */
  public void suspend(Job job, Halt halt) {
    boolean all =
        epochs.appendToAll(
            job,
            tail ->
                new Entry.Suspended(tail.head().suspended(ports.ids().get(), job.epoch(), now())));
    if (!all) {
      return;
    }
    ports.topology().disable();
    if (ports.move(job, new JobStatus.Halted(halt), List.of(), now())) {
      ports.announcer().announce(new Announcement.Halted(job.epoch(), halt));
    }
  }

  /**
   * Goes on from wherever a coordinator left the job that is to run again. If records have expired
   * since it began to, the job fails instead.
   */
  public void resume(Job job, boolean acceptsGap) {
    try {
      if (!acceptsGap) {
        coverage.requireStillReadable(job);
      }
    } catch (RestoreRefusedException e) {
      halt(
          job,
          new Halt.Failed(Failure.of(FailureReason.RECORDS_LOST, e.reason())),
          List.of(),
          now());
      return;
    }
    boolean all =
        epochs.appendToAll(
            job,
            tail ->
                new Entry.Resumed(
                    tail.head().resumed(ports.ids().get(), job.epoch(), acceptsGap, now())));
    if (!all) {
      return;
    }
    ports.topology().enable();
    // A gap may be left from a restore that was not over when the job halted.
    if (ports.move(job, new JobStatus.Running(), List.of(), now())) {
      ports.announcer().announce(new Announcement.Resumed(job.epoch()));
    }
  }

  private Instant now() {
    return ports.clock().instant();
  }
}
