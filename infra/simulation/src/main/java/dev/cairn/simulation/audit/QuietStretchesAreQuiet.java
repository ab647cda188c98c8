package dev.cairn.simulation.audit;

import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import java.time.Instant;
import java.util.Optional;

/** Where a replay finds nothing, nothing arrived. */
final class QuietStretchesAreQuiet implements EntryInvariant {
  private final Expectation expectation;
  private final Lineages lineages;
  private final LocalStream stream;
  private final FaultTally tally;

  QuietStretchesAreQuiet(
      Expectation expectation, Lineages lineages, LocalStream stream, FaultTally tally) {
    this.stream = stream;
    this.expectation = expectation;
    this.lineages = lineages;
    this.tally = tally;
  }

  @Override
  public void check(AuditedEntry audited) {
    if (!(audited.entry() instanceof Entry.Advanced)) {
      return;
    }
    String where = audited.where();
    ShardId shard = audited.subtask().shard();
    Header header = audited.header();
    Optional<Instant> until = header.following().quietUntil();
    if (until.isEmpty()) {
      return;
    }
    Optional<Instant> next =
        lineages.next(audited).map(record -> expectation.arrival(shard, record));
    boolean isToEnd = stream.isClosed(shard) || !header.hasGap();
    if (isToEnd && (next.isEmpty() || audited.mayPassOver())) {
      return;
    }
    if (next.isEmpty() || next.get().isBefore(until.get().minus(Auditor.MOST_SKEW))) {
      throw new Violation(
          Invariants.QUIET,
          where
              + " found nothing until "
              + until.get()
              + ", and the next record arrived at "
              + next);
    }
    tally.count(SimulatedRace.A_REPLAY_STOPPED_IN_A_QUIET_STRETCH);
  }
}
