package dev.cairn.task;

import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.journal.Journal.Append;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.task.TaskDecisions.Outcome;
import java.util.List;
import java.util.function.Supplier;

/**
 * Appends what was made from the state in memory, and finds out what became of it when the table
 * does not plainly say so.
 */
final class Appender {
  private static final int ATTEMPTS = 5;

  private final Journal journal;
  private final TaskDecisions decisions;

  Appender(Journal journal, TaskDecisions decisions) {
    this.journal = journal;
    this.decisions = decisions;
  }

  /**
   * After a REBASE the subtask knows the triggers that came between, and the entry has to be made
   * again; a COMMITTED entry is for the caller to adopt. Never answers NOT_THERE.
   */
  Outcome append(Subtask<?> subtask, Entry entry, Supplier<Append> put) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (isAppended(put)) {
        return Outcome.COMMITTED;
      }
      List<Entry> found = journal.after(subtask.id(), subtask.head().revision());
      if (!decisions.continues(subtask.head(), found)) {
        return Outcome.LOST;
      }
      Outcome outcome = decisions.outcome(entry.header().id(), found);
      if (outcome == Outcome.REBASE) {
        for (Entry between : found) {
          if (between instanceof Entry.Triggered triggered) {
            subtask.adopt(triggered);
          }
        }
      }
      if (outcome != Outcome.NOT_THERE) {
        return outcome;
      }
    }
    throw new TaskException(
        subtask.id()
            + " revision "
            + entry.revision()
            + " could not be appended in "
            + ATTEMPTS
            + " attempts: the table does not answer; the mapping will try again");
  }

  private static boolean isAppended(Supplier<Append> put) {
    try {
      return put.get() == Append.APPENDED;
    } catch (OutcomeUnknownException e) {
      // What the journal has now tells.
      return false;
    }
  }
}
