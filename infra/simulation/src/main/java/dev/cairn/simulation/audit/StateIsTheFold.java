package dev.cairn.simulation.audit;

import dev.cairn.id.Epoch;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.simulation.audit.Expectation.Expected;
import java.util.TreeMap;

/** The state at the head is the fold of all records up to its position. */
final class StateIsTheFold implements EntryInvariant {
  private final AuditedFiles files;
  private final Expectation expectation;
  private final LocalStream stream;
  private final Lineages lineages;
  private final FaultTally tally;

  StateIsTheFold(
      AuditedFiles files,
      Expectation expectation,
      LocalStream stream,
      Lineages lineages,
      FaultTally tally) {
    this.files = files;
    this.expectation = expectation;
    this.stream = stream;
    this.lineages = lineages;
    this.tally = tally;
  }

  @Override
  public void check(AuditedEntry audited) {
    SubtaskId subtask = audited.subtask();
    Header header = audited.header();
    apply(audited);
    Expected expected = lineages.of(subtask, header.epoch()).at(header.position());
    CellComparison.requireSame(
        Invariants.FOLD,
        audited.where() + " at " + header.position(),
        expected.cells(),
        audited.journal().cells());
    if (!expected.counts().equals(header.counts())) {
      throw new Violation(
          Invariants.FOLD,
          audited.where() + " counts " + header.counts() + " instead of " + expected.counts());
    }
  }

  /** Brings the state in the journal, and what it should be, to the entry. */
  private void apply(AuditedEntry audited) {
    SubtaskId subtask = audited.subtask();
    Epoch epoch = audited.header().epoch();
    switch (audited.entry()) {
      case Entry.Opened o -> {
        audited.journal().replace(new TreeMap<>());
        lineages.opened(subtask, epoch);
      }
      case Entry.Advanced advanced -> {
        dropAcceptedLosses(audited);
        files
            .delta(advanced)
            .forEach(change -> CellComparison.apply(audited.journal().cells(), change));
        advanced.deadLetters().stream()
            .filter(BlameIsJust::hasEndedProcesses)
            .forEach(
                letter -> {
                  lineages.of(subtask, epoch).setAside(letter.sequenceNumber());
                  tally.count("dead letter of a record that ended its process");
                });
      }
      case Entry.Restored restored -> {
        audited.journal().replace(files.read(restored.handle()));
        lineages.restored(audited.where(), subtask, audited.header(), audited.isOpenedForRestore());
      }
      default -> {}
    }
  }

  /**
   * An accepted loss consists of the records that the stream no longer has when the shard
   * continues.
   */
  private void dropAcceptedLosses(AuditedEntry audited) {
    Header before = audited.before();
    if (!audited.mayPassOver()
        || before.hasGap()
        || !before.position().isBefore(audited.header().position())) {
      return;
    }
    ShardId shard = audited.subtask().shard();
    SequenceNumber next = stream.after(shard, before.position(), 1).getFirst().sequenceNumber();
    if (expectation.first(shard, before.position()).filter(next::equals).isEmpty()) {
      tally.count(SimulatedRace.A_SHARD_WENT_ON_WITHOUT_RECORDS_THAT_HAD_EXPIRED);
      lineages.of(audited.subtask(), audited.header().epoch()).lose(before.position(), next);
    }
  }
}
