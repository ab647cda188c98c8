package dev.cairn.simulation.audit;

import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.journal.Entry.Header;
import dev.cairn.stream.Shard;
import java.util.Set;

/** In the end every shard is applied to its last record, without a gap. */
final class EverythingIsApplied {
  private final Expectation expectation;
  private final LocalStream stream;

  EverythingIsApplied(Expectation expectation, LocalStream stream) {
    this.expectation = expectation;
    this.stream = stream;
  }

  void check(AuditedJournal journal) {
    Header head = journal.head();
    ShardId shard = journal.subtask().shard();
    Position end =
        !stream.isKnown(shard) || stream.isClosed(shard) ? Position.end() : expectation.end(shard);
    // A shard that begins after its records have expired begins with those that are left.
    boolean isBegun =
        head.position() instanceof Position.Beginning && head.firstApplied().isEmpty();
    boolean isLost =
        (head.following().mayBeMissing() || isBegun) && !stream.hasAfter(shard, head.position());
    if (head.hasGap() || !(isLost || head.position().equals(end))) {
      throw new Violation(
          Invariants.FOLD,
          journal.subtask() + " ends at " + head.position() + " instead of " + end);
    }
  }

  /** Every shard with records has a journal. */
  void checkShards(Set<SubtaskId> opened) {
    for (Shard shard : stream.listed()) {
      boolean isOpened = opened.stream().anyMatch(subtask -> subtask.shard().equals(shard.id()));
      // Nobody wakes a root. If its records have expired in a long halt, it begins with the next
      // one.
      boolean isExpired =
          shard.parents().isEmpty() && !stream.hasAfter(shard.id(), Position.beginning());
      if (!isOpened && !isExpired && !expectation.end(shard.id()).equals(Position.beginning())) {
        throw new Violation(Invariants.FOLD, shard.id() + " was never opened, and has records");
      }
    }
  }
}
