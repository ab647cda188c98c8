package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import java.util.HashSet;
import java.util.Set;

/**
 * A checkpoint completes in the epoch in which it began: state that a restore has undone must not
 * become the job's latest afterwards.
 */
final class CheckpointsCompleteInTheirEpoch implements JobInvariant {
  private final Set<CheckpointId> seen = new HashSet<>();

  @Override
  public void check(AuditedJob job) {
    for (Checkpoint.Completed done : job.completed()) {
      if (seen.add(done.id()) && !job.item().epoch().equals(done.trigger().epoch())) {
        throw new Violation(
            Invariants.OF_ITS_EPOCH,
            "checkpoint "
                + done.id()
                + " of epoch "
                + done.trigger().epoch()
                + " was completed in epoch "
                + job.item().epoch());
      }
    }
  }
}
