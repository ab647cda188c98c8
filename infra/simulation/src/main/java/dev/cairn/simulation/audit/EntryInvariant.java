package dev.cairn.simulation.audit;

/** What must hold of each entry that is appended. */
interface EntryInvariant {
  /**
   * @throws Violation if it does not hold
   */
  void check(AuditedEntry entry);
}
