package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.FailureReason;

/** A state that fits into a container never fails for a lack of memory. */
final class MemorySuffices implements EntryInvariant {
  @Override
  public void check(AuditedEntry audited) {
    audited
        .header()
        .failing()
        .filter(failing -> failing.reason() == FailureReason.OUT_OF_MEMORY)
        .ifPresent(
            failing -> {
              throw new Violation(Invariants.MEMORY, audited.where() + " is " + failing);
            });
  }
}
