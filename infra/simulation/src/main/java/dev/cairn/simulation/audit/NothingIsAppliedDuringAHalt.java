package dev.cairn.simulation.audit;

import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;

/** While a job halts, its state is stored at most; only what enters an epoch changes that. */
final class NothingIsAppliedDuringAHalt implements EntryInvariant, JobInvariant {
  @Override
  public void check(AuditedEntry audited) {
    if (audited.isFirst()) {
      return;
    }
    String where = audited.where();
    Header before = audited.before();
    Entry entry = audited.entry();
    if (before.suspended()
        && (entry instanceof Entry.Advanced
            || entry instanceof Entry.Failed
            || entry instanceof Entry.Suspected)) {
      throw new Violation(Invariants.HALTED, where + " was applied while the job halts");
    }
    boolean expected =
        switch (entry) {
          case Entry.Suspended s -> true;
          case Entry.Resumed r -> false;
          case Entry.Restored r -> false;
          case Entry.Opened o -> false;
          case Entry.Advanced a -> before.suspended();
          case Entry.Triggered t -> before.suspended();
          case Entry.Snapshotted s -> before.suspended();
          case Entry.Materialized m -> before.suspended();
          case Entry.Failed f -> before.suspended();
          case Entry.Suspected s -> before.suspended();
          case Entry.Closed c -> before.suspended();
        };
    if (entry.header().suspended() != expected) {
      throw new Violation(
          Invariants.HALTED, where + " is " + (expected ? "not " : "") + "suspended");
    }
  }

  @Override
  public void check(AuditedJob job) {
    if (!job.item().status().isSettled()) {
      return;
    }
    boolean halts = !job.item().status().isRunning();
    for (AuditedJournal journal : job.journals().values()) {
      if (journal.head().suspended() != halts) {
        throw new Violation(
            Invariants.HALTED,
            journal.subtask()
                + (halts ? " goes on while its job does not" : " does not go on with its job"));
      }
    }
  }
}
