package dev.cairn.simulation.audit;

import dev.cairn.id.Position;
import dev.cairn.inmemory.lambda.LocalMapping;
import dev.cairn.journal.Entry.Header;
import java.util.Collection;

/** Success is answered only for what is journalled. */
final class SuccessIsDurable {
  private final LocalMapping mapping;
  private long responses = -1;

  SuccessIsDurable(LocalMapping mapping) {
    this.mapping = mapping;
  }

  /**
   * Checks all journals, if anything was answered or written since the last check.
   *
   * @param isWritten whether a journal may have changed
   */
  void check(Collection<AuditedJournal> journals, boolean isWritten) {
    if (isWritten || mapping.responses() != responses) {
      responses = mapping.responses();
      journals.forEach(this::check);
    }
  }

  private void check(AuditedJournal journal) {
    Header head = journal.head();
    Position reached = Position.max(head.position(), head.frontier());
    Position responded = mapping.answered(journal.subtask().shard());
    if (reached.isBefore(responded)) {
      throw new Violation(
          Invariants.DURABLE,
          journal.subtask() + " is at " + reached + " and was answered as done up to " + responded);
    }
  }
}
