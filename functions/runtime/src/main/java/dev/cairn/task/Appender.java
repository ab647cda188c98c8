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
   * After a REBASE or PREPARE_ANEW the subtask knows what came between, and the entry has to be
   * made again; a COMMITTED entry is for the caller to adopt. Never answers NOT_THERE.
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
      if (outcome == Outcome.REBASE || outcome == Outcome.PREPARE_ANEW) {
        found.forEach(between -> adopt(subtask, between));
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

  private static void adopt(Subtask<?> subtask, Entry between) {
    switch (between) {
      case Entry.Triggered triggered -> subtask.adopt(triggered);
      case Entry.Base same -> subtask.adopt(same);
      case Entry.Failed failed -> subtask.adopt(failed);
      case Entry.Suspected suspected -> subtask.adopt(suspected);
      case Entry.Advanced a -> throw changed(subtask, a);
      case Entry.Suspended s -> throw changed(subtask, s);
      case Entry.Resumed r -> throw changed(subtask, r);
    }
  }

  private static IllegalStateException changed(Subtask<?> subtask, Entry between) {
    return new IllegalStateException(subtask.id() + " cannot go on across " + between);
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
