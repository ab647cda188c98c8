package dev.cairn.simulation.audit;

/** An invariant of each appended entry. */
interface EntryInvariant {
  /**
   * @throws Violation if it does not hold
   */
  void check(AuditedEntry entry);
}
