package dev.cairn.simulation.audit;

import dev.cairn.id.CheckpointId;
import java.util.HashSet;
import java.util.Set;

/** A checkpoint that is restored, that an undo leads to, or that is pinned remains completed. */
final class WantedCheckpointsStay implements JobInvariant {
  @Override
  public void check(AuditedJob job) {
    Set<CheckpointId> wanted = new HashSet<>(job.item().status().restoringFrom().stream().toList());
    job.item().undo().ifPresent(wanted::add);
    wanted.addAll(job.item().pinned());
    job.completed().forEach(done -> wanted.remove(done.id()));
    if (!wanted.isEmpty()) {
      throw new Violation(
          Invariants.RETAINED,
          "checkpoint "
              + wanted.iterator().next()
              + " is restored, or would be by an undo, or is pinned, and is no longer completed");
    }
  }
}
