package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.JobId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.EntryFormat;
import dev.cairn.journal.ShardFailure;

/** Counts what entries show of faults and races; no invariant. */
final class EntryCounts implements EntryInvariant {
  private final StoredTable table;
  private final JobId job;
  private final FaultTally tally;

  EntryCounts(StoredTable table, JobId job, FaultTally tally) {
    this.table = table;
    this.job = job;
    this.tally = tally;
  }

  @Override
  public void check(AuditedEntry audited) {
    Entry entry = audited.entry();
    tally.count("entry: " + EntryFormat.kind(entry) + " by " + entry.header().writer());
    if (entry instanceof Entry.Failed failed) {
      ShardFailure failing = failed.header().failing().orElseThrow();
      tally.count("failed: " + failing.reason() + (failing.hasGivenUp() ? ", and given up" : ""));
    }
    if (entry instanceof Entry.Restored restored && restored.checkpoint().isEmpty()) {
      tally.count(SimulatedRace.RESTORED_TO_NOTHING);
    }
    if (entry instanceof Entry.Advanced && !audited.isFirst()) {
      if (audited.journal().entries().getLast() instanceof Entry.Triggered) {
        tally.count(SimulatedRace.RECORDS_JOURNALLED_BETWEEN_A_TRIGGER_AND_ITS_SNAPSHOT);
      }
      if (audited.before().hasGap()) {
        tally.count(SimulatedRace.A_STEP_OF_A_REPLAY);
      }
    }
    if (entry instanceof Entry.Snapshotted snapshotted
        && !(table.checkpoint(job, snapshotted.checkpoint()).orElse(null)
            instanceof Checkpoint.Pending)) {
      tally.count(SimulatedRace.A_SNAPSHOT_FOR_A_CHECKPOINT_THAT_IS_NO_LONGER_PENDING);
    }
    if (entry instanceof Entry.Restored && audited.before().hasGap()) {
      tally.count(SimulatedRace.A_RESTORE_BEFORE_THE_LAST_ONES_GAP_WAS_CLOSED);
    }
  }
}
