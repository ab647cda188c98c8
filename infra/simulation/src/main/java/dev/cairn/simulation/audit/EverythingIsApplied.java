package dev.cairn.simulation.audit;

import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.journal.Entry.Header;

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
    Position end = expectation.end(shard);
    boolean isLost = head.following().mayBeMissing() && !stream.hasAfter(shard, head.position());
    if (head.hasGap() || !(isLost || head.position().equals(end))) {
      throw new Violation(
          Invariants.FOLD,
          journal.subtask() + " ends at " + head.position() + " instead of " + end);
    }
  }
}
