package dev.cairn.simulation.audit;

/** An invariant of a job, checked after each step. */
interface JobInvariant {
  /**
   * @throws Violation if it does not hold
   */
  void check(AuditedJob job);
}
