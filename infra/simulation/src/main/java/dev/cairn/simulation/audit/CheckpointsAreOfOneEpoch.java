package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.journal.Entry;
import java.util.Optional;

/** The entries of a checkpoint are of the checkpoint's epoch. */
final class CheckpointsAreOfOneEpoch implements EntryInvariant {
  private final StoredTable table;
  private final JobId job;

  CheckpointsAreOfOneEpoch(StoredTable table, JobId job) {
    this.table = table;
    this.job = job;
  }

  @Override
  public void check(AuditedEntry audited) {
    Optional<CheckpointId> id = checkpoint(audited.entry());
    Optional<Checkpoint> checkpoint = id.flatMap(one -> table.checkpoint(job, one));
    Epoch epoch = audited.header().epoch();
    if (checkpoint.isPresent() && !checkpoint.get().trigger().epoch().equals(epoch)) {
      throw new Violation(
          Invariants.TRIGGERS,
          audited.where()
              + " of epoch "
              + epoch
              + " is for checkpoint "
              + checkpoint.get().id()
              + " of epoch "
              + checkpoint.get().trigger().epoch());
    }
  }

  private static Optional<CheckpointId> checkpoint(Entry entry) {
    return switch (entry) {
      case Entry.Triggered triggered -> Optional.of(triggered.checkpoint());
      case Entry.Snapshotted snapshotted -> Optional.of(snapshotted.checkpoint());
      default -> Optional.empty();
    };
  }
}
