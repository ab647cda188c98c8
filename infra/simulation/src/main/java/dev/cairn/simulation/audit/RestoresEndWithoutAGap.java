package dev.cairn.simulation.audit;

import dev.cairn.id.Epoch;
import dev.cairn.job.JobStatus;
import java.util.Optional;

/** A restore is over only when no shard has a gap. */
final class RestoresEndWithoutAGap implements JobInvariant {
  // The epoch in which the job replays, if it does.
  private Optional<Epoch> replaying = Optional.empty();

  @Override
  public void check(AuditedJob job) {
    Epoch epoch = job.item().epoch();
    JobStatus status = job.item().status();
    boolean isOver = status instanceof JobStatus.Running && replaying.equals(Optional.of(epoch));
    if (isOver && job.hasGap()) {
      throw new Violation(
          Invariants.REPLAYED, "the restore of epoch " + epoch + " left a shard with a gap");
    }
    replaying = status instanceof JobStatus.Replaying ? Optional.of(epoch) : Optional.empty();
  }
}
