package dev.cairn.coordinator.lifecycle;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.journals.EpochAdvance;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.resharding.GapAcceptance;
import dev.cairn.coordinator.restoring.RestoreRefusedException;
import dev.cairn.coordinator.restoring.StreamCoverage;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import java.time.Instant;
import java.util.List;

/**
 * Halts and resumes a job. A halted job consumes no records: first an entry in each journal stops
 * its tasks, then the mapping is disabled. A resume enables the mapping last.
 */
public final class Lifecycle {
  private final CoordinatorPorts ports;
  private final EpochAdvance epochs;
  private final GapAcceptance gaps;
  private final StreamCoverage coverage;

  public Lifecycle(
      CoordinatorPorts ports, JournalGuards guards, JournalTails tails, StreamCoverage coverage) {
    this.ports = ports;
    this.coverage = coverage;
    this.gaps = new GapAcceptance(ports);
    this.epochs = new EpochAdvance(ports, guards, tails);
  }

  /** Begins a halt that the job itself decided on. */
  public void halt(Job job, Halt halt, List<Checkpoint> checkpoints, Instant now) {
    ports.move(job, new JobStatus.Suspending(halt), Checkpoint.pending(checkpoints), now);
  }

  /**
   * Lets a stopping job run again after its savepoint failed, as Flink does, and announces the
   * reason.
   */
  public void continueWithoutSavepoint(Job job, String why, Instant now) {
    if (ports.move(job, new JobStatus.Resuming(), List.of(), now)) {
      ports
          .checkpoints()
          .job(job.id())
          .ifPresent(
              moved -> ports.checkpoints().explain(moved, new Job.Refusal("stop", why, now)));
    }
  }

  /** Continues a halt from the step at which a coordinator left it. */
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
   * Continues a resume from the step at which a coordinator left it. If records have expired since
   * the resume began, the job fails instead.
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
    if (acceptsGap && !gaps.acceptAll(job)) {
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
    // A gap may remain from a restore that was not finished when the job halted.
    if (ports.move(job, new JobStatus.Running(), List.of(), now())) {
      ports.announcer().announce(new Announcement.Resumed(job.epoch()));
    }
  }

  private Instant now() {
    return ports.clock().instant();
  }
}
