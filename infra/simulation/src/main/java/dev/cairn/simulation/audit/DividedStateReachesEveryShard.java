package dev.cairn.simulation.audit;

import dev.cairn.id.Epoch;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.journal.Entry;

/** Redistributed state reaches every shard: no shard was opened without its part. */
final class DividedStateReachesEveryShard implements JobInvariant {
  @Override
  public void check(AuditedJob job) {
    boolean isDivided =
        job.item().status() instanceof JobStatus.Replaying(Restoration from)
            && from.positions() instanceof Positions.Anew;
    if (isDivided) {
      Epoch epoch = job.item().epoch();
      job.journals().values().forEach(journal -> requireRestored(journal, epoch));
    }
  }

  private static void requireRestored(AuditedJournal journal, Epoch epoch) {
    // A child that was not open then takes its part from its parents.
    boolean isYounger = journal.entries().getFirst().header().epoch().equals(epoch);
    boolean was =
        (isYounger && !((Entry.Base) journal.fromBase().getFirst()).origin().parents().isEmpty())
            || journal.entries().stream()
                .anyMatch(
                    entry ->
                        entry instanceof Entry.Restored && entry.header().epoch().equals(epoch));
    if (!was) {
      throw new Violation(
          Invariants.DIVIDED, journal.subtask() + " was given nothing in epoch " + epoch);
    }
  }
}
