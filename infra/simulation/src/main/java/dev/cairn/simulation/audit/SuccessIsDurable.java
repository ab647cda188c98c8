package dev.cairn.simulation.audit;

import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry.Header;
import java.util.function.Function;

/** Success is answered only for what is journalled. */
final class SuccessIsDurable {
  private final Function<ShardId, Position> cursor;

  /**
   * @param cursor how far the mapping believes a shard to be done
   */
  SuccessIsDurable(Function<ShardId, Position> cursor) {
    this.cursor = cursor;
  }

  void check(AuditedJournal journal) {
    Header head = journal.head();
    Position reached = Position.max(head.position(), head.frontier());
    Position responded = cursor.apply(journal.subtask().shard());
    if (reached.isBefore(responded)) {
      throw new Violation(
          Invariants.DURABLE,
          journal.subtask() + " is at " + reached + " and was answered as done up to " + responded);
    }
  }
}
