package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import java.util.HashSet;
import java.util.Set;

/** An aborted or subsumed checkpoint remains so. */
final class EndedCheckpointsStayEnded implements JobInvariant {
  private final Set<CheckpointId> ended = new HashSet<>();

  /** Every checkpoint that was aborted or subsumed. */
  Set<CheckpointId> ended() {
    return ended;
  }

  @Override
  public void check(AuditedJob job) {
    job.checkpoints().forEach(this::requireStillEnded);
  }

  private void requireStillEnded(Checkpoint checkpoint) {
    boolean isEnded =
        switch (checkpoint) {
          case Checkpoint.Pending p -> false;
          case Checkpoint.Completed c -> false;
          case Checkpoint.Aborted a -> true;
          case Checkpoint.Subsumed s -> true;
        };
    if (isEnded) {
      ended.add(checkpoint.id());
    } else if (ended.contains(checkpoint.id())) {
      throw new Violation(
          Invariants.TERMINAL, "checkpoint " + checkpoint.id() + " had ended and is " + checkpoint);
    }
  }
}
