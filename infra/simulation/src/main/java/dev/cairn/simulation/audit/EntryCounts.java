package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.JobId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.EntryFormat;
import dev.cairn.journal.Failing;
import dev.cairn.local.memory.InMemoryTable;

/** Counts what entries show of faults and races; no invariant. */
final class EntryCounts implements EntryInvariant {
  private final InMemoryTable table;
  private final JobId job;
  private final Tally tally;

  EntryCounts(InMemoryTable table, JobId job, Tally tally) {
    this.table = table;
    this.job = job;
    this.tally = tally;
  }

  @Override
  public void check(AuditedEntry audited) {
    Entry entry = audited.entry();
    tally.count("entry: " + EntryFormat.kind(entry) + " by " + entry.header().writer());
    if (entry instanceof Entry.Failed failed) {
      Failing failing = failed.header().failing().orElseThrow();
      tally.count("failed: " + failing.reason() + (failing.hasGivenUp() ? ", and given up" : ""));
    }
    if (entry instanceof Entry.Restored restored && restored.checkpoint().isEmpty()) {
      tally.count("race: restored to nothing");
    }
    if (entry instanceof Entry.Advanced && !audited.isFirst()) {
      if (audited.journal().entries().getLast() instanceof Entry.Triggered) {
        tally.count("race: records journalled between a trigger and its snapshot");
      }
      if (audited.before().hasGap()) {
        tally.count("race: a step of a replay");
      }
    }
    if (entry instanceof Entry.Snapshotted snapshotted
        && !(table.checkpoint(job, snapshotted.checkpoint()).orElse(null)
            instanceof Checkpoint.Pending)) {
      tally.count("race: a snapshot for a checkpoint that is no longer pending");
    }
    if (entry instanceof Entry.Restored && audited.before().hasGap()) {
      tally.count("race: a restore before the last one's gap was closed");
    }
  }
}
