package dev.cairn.simulation.audit;

import dev.cairn.id.Epoch;
import dev.cairn.job.Job;

/** While a job runs or is halted, every journal has its epoch. */
final class JournalsHaveTheJobsEpoch implements JobInvariant {
  @Override
  public void check(AuditedJob job) {
    Job item = job.item();
    if (!item.status().isSettled()) {
      return;
    }
    for (AuditedJournal journal : job.journals().values()) {
      Epoch epoch = journal.head().epoch();
      if (!epoch.equals(item.epoch())) {
        throw new Violation(
            Invariants.EPOCH,
            "the job is "
                + item.status()
                + " in epoch "
                + item.epoch()
                + " and "
                + journal.subtask()
                + " is in "
                + epoch);
      }
    }
  }
}
