package dev.cairn.simulation.audit;

import dev.cairn.id.Position;
import dev.cairn.journal.Entry.Header;

/** Epoch and frontier never decrease, and no position is beyond its frontier. */
final class FrontiersGrow implements EntryInvariant {
  @Override
  public void check(AuditedEntry audited) {
    if (audited.isFirst()) {
      return;
    }
    Header before = audited.before();
    Header header = audited.header();
    if (before.epoch().isAfter(header.epoch())
        || header.frontier().isBefore(Position.max(before.frontier(), before.position()))
        || header.frontier().isBefore(header.position())) {
      throw new Violation(
          Invariants.FRONTIER, audited.where() + ": " + header + " follows " + before);
    }
  }
}
