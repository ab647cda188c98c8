package dev.cairn.simulation.audit;

import dev.cairn.id.CheckpointId;
import java.util.Optional;

/** The id of the latest completed checkpoint never decreases. */
final class CompletedIdsIncrease implements JobInvariant {
  private Optional<CheckpointId> latest = Optional.empty();

  @Override
  public void check(AuditedJob job) {
    Optional<CheckpointId> now = job.item().latest();
    if (latest.isPresent() && now.map(id -> latest.get().isAfter(id)).orElse(true)) {
      throw new Violation(
          Invariants.INCREASING, "the latest checkpoint goes from " + latest + " to " + now);
    }
    latest = now;
  }
}
