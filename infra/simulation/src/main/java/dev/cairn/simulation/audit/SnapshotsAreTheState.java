package dev.cairn.simulation.audit;

import dev.cairn.journal.Entry;

/** A snapshot is the state that it was taken of, in files of the job's own. */
final class SnapshotsAreTheState implements EntryInvariant {
  private final AuditedFiles files;
  private final SharedFilesAudit shared;

  SnapshotsAreTheState(AuditedFiles files, SharedFilesAudit shared) {
    this.files = files;
    this.shared = shared;
  }

  @Override
  public void check(AuditedEntry audited) {
    switch (audited.entry()) {
      case Entry.Snapshotted base -> check(audited, base);
      case Entry.Materialized base -> check(audited, base);
      default -> {}
    }
  }

  private void check(AuditedEntry audited, Entry.Base base) {
    shared.requireOwned(audited.where(), base);
    CellComparison.requireSame(
        Invariants.SNAPSHOT, audited.where(), audited.journal().cells(), files.read(base.handle()));
  }
}
