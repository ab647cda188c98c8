package dev.cairn.simulation.audit;

import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.simulation.audit.Expectation.Expected;
import dev.cairn.state.Counts;
import java.util.function.BiPredicate;

/** The state at the head is the fold of all records up to its position. */
final class StateIsTheFold implements EntryInvariant {
  private final AuditedFiles files;
  private final Expectation expectation;
  private final LocalStream stream;
  private final Lineages lineages;
  private final FaultTally tally;
  private final BiPredicate<SubtaskId, Epoch> closed;

  StateIsTheFold(
      AuditedFiles files,
      Expectation expectation,
      LocalStream stream,
      Lineages lineages,
      FaultTally tally,
      BiPredicate<SubtaskId, Epoch> closed) {
    this.closed = closed;
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
    if (hasNoState(audited)) {
      return;
    }
    if (header.position() instanceof Position.Within) {
      tally.count(
          audited.entry() instanceof Entry.Restored
              ? SimulatedRace.A_RESTORE_TO_WITHIN_AN_AGGREGATE
              : SimulatedRace.A_POSITION_WITHIN_AN_AGGREGATE);
    }
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
    if (audited.entry() instanceof Entry.Base base) {
      lineages.note(subtask, base);
    }
    switch (audited.entry()) {
      case Entry.Opened opened -> {
        if (!opened.header().suspended()) {
          requireClosedParents(audited, opened);
        }
        audited.journal().replace(files.read(opened.handle()));
        lineages.opened(subtask, opened);
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
                  lineages.setAside(subtask, epoch, letter.record());
                  tally.count("dead letter of a record that ended its process");
                });
      }
      case Entry.Restored restored -> {
        audited.journal().replace(files.read(restored.handle()));
        if (!hasNoState(audited)) {
          lineages.restored(
              audited.where(), subtask, audited.header(), audited.isOpenedForRestore());
        } else if (audited.header().position() instanceof Position.End) {
          lineages.ended(subtask, audited.header());
        }
      }
      case Entry.Closed c -> {
        requireAtEnd(audited);
        if (!audited.isFirst() && audited.mayPassOver()) {
          lineages.of(subtask, epoch).loseAll(audited.before().position());
        }
      }
      default -> {}
    }
  }

  /** Whether the subtask is not part of the job's state at this entry. */
  private static boolean hasNoState(AuditedEntry audited) {
    Entry.Base base =
        audited.entry() instanceof Entry.Base own
            ? own
            : (Entry.Base) audited.journal().fromBase().getFirst();
    return switch (base.mode()) {
      case ANCESTOR, UNOPENED -> true;
      // A shard that nobody could read any more has none either, nor has one that had no record and
      // is closed again after a restore.
      case LIVE, CLOSED ->
          base.header().position() instanceof Position.End
              && base.handle().manifest().runs().isEmpty()
              && base.header().firstApplied().isEmpty()
              && base.header().counts().equals(Counts.NONE)
              && base.origin().parents().isEmpty();
    };
  }

  /** A shard is closed only when the stream has closed it, and nothing of it is left to apply. */
  private void requireAtEnd(AuditedEntry audited) {
    ShardId shard = audited.subtask().shard();
    Position before = audited.isFirst() ? Position.beginning() : audited.before().position();
    if (!stream.isClosed(shard) || stream.hasAfter(shard, before)) {
      throw new Violation(Invariants.FOLD, audited.where() + " closes a shard before its end");
    }
  }

  /** A child begins when all of its parents are closed, in its own epoch. */
  private void requireClosedParents(AuditedEntry audited, Entry.Opened opened) {
    for (ShardId parent : opened.origin().parents()) {
      SubtaskId subtask = new SubtaskId(audited.subtask().job(), audited.subtask().stage(), parent);
      if (!closed.test(subtask, opened.header().epoch())) {
        throw new Violation(
            Invariants.FOLD, audited.where() + " begins before " + parent + " is closed");
      }
    }
  }

  /** A user accepts that those records are missing which the stream no longer has then. */
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
