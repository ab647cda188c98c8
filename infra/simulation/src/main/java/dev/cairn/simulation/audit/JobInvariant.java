package dev.cairn.simulation.audit;

/** What must hold of a job after each step. */
interface JobInvariant {
  /**
   * @throws Violation if it does not hold
   */
  void check(AuditedJob job);
}
