package dev.cairn.task.journalling;

import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Journal.Append;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskDecisions.Outcome;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.subtask.Subtask;
import dev.cairn.task.subtask.SubtaskCache;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Appends every entry that a task writes. The session handles what all appends have in common: the
 * header, calls without a response, entries that other writers appended in between, and work that
 * another writer has made obsolete.
 */
public final class JournalSession {
  private static final int ATTEMPTS = 5;

  private final TaskPorts ports;
  private final TaskDecisions decisions;
  private final SubtaskCache<?> memory;

  public JournalSession(TaskPorts ports, TaskDecisions decisions, SubtaskCache<?> memory) {
    this.ports = ports;
    this.decisions = decisions;
    this.memory = memory;
  }

  /** The outcome of a proposal. */
  public enum Result {
    /** The entry is in the journal, and was applied to the subtask. */
    COMMITTED,
    /**
     * Other writers appended entries that do not change the state. They were applied to the
     * subtask, and the proposal is no longer valid after them.
     */
    SUPERSEDED,
    /**
     * Another writer has continued from the same state. The subtask in memory must not be used
     * again.
     */
    LOST
  }

  /**
   * Appends the entry of a proposal for the subtask in memory.
   *
   * @throws TaskException if the table does not respond
   */
  public <T extends Entry> Result append(Subtask<?> subtask, Proposal<T> proposal, Writer writer) {
    while (true) {
      Header next =
          subtask
              .head()
              .next(proposal.attempt(), writer, ports.clock().instant())
              .withHeapUse(memory.noteworthyUse(subtask));
      T entry = proposal.entry(next);
      Outcome outcome =
          put(subtask, entry, () -> proposal.put(ports.journal(), subtask.id(), entry));
      switch (outcome) {
        case COMMITTED -> {
          proposal.apply(entry);
          return Result.COMMITTED;
        }
        case LOST -> {
          return Result.LOST;
        }
        case REBASE, PREPARE_ANEW, NOT_THERE -> {
          if (!proposal.renew(outcome == Outcome.PREPARE_ANEW)) {
            return Result.SUPERSEDED;
          }
        }
      }
    }
  }

  /** Puts an entry until its outcome is known. */
  private Outcome put(Subtask<?> subtask, Entry entry, Supplier<Append> put) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (isAppended(put)) {
        return Outcome.COMMITTED;
      }
      List<Entry> found = ports.journal().after(subtask.id(), subtask.head().revision());
      if (!decisions.continues(subtask.head(), found)) {
        return Outcome.LOST;
      }
      Outcome outcome = decisions.outcome(entry.header().id(), found);
      if (outcome == Outcome.REBASE || outcome == Outcome.PREPARE_ANEW) {
        found.forEach(between -> apply(subtask, between));
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
      // The journal shows the outcome.
      return false;
    }
  }

  private static void apply(Subtask<?> subtask, Entry between) {
    switch (between) {
      case Entry.Triggered triggered -> subtask.applyTrigger(triggered);
      case Entry.Base same -> subtask.applyBase(same);
      case Entry.Failed failed -> subtask.applyFailure(failed);
      case Entry.Suspected suspected -> subtask.applySuspicion(suspected);
      case Entry.Advanced a -> throw changed(subtask, a);
      case Entry.Suspended s -> throw changed(subtask, s);
      case Entry.Resumed r -> throw changed(subtask, r);
    }
  }

  private static IllegalStateException changed(Subtask<?> subtask, Entry between) {
    return new IllegalStateException(subtask.id() + " cannot go on across " + between);
  }

  /** An entry for a shard whose state need not be in memory. */
  public interface Note {
    /**
     * @param head the journal's head
     * @param next the header that follows it
     * @return the entry; empty if it is no longer needed
     */
    Optional<Entry> after(Header head, Header next);
  }

  /**
   * Appends a note, provided that the shard has not advanced since the reason for the note
   * occurred. A late note of a slow container must not affect a shard that has continued in the
   * meantime.
   *
   * @param at the journal's head at that time
   * @throws OutcomeUnknownException if the table does not respond
   */
  public void append(SubtaskId subtask, Header at, Note note, Writer writer) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Optional<Header> head = decisions.failsAt(at, ports.journal().after(subtask, at.revision()));
      if (head.isEmpty()) {
        return;
      }
      Header next = head.get().next(ports.ids().get(), writer, ports.clock().instant());
      Optional<Entry> entry = note.after(head.get(), next);
      // If a trigger has taken the revision, the note follows it.
      if (entry.isEmpty() || ports.journal().append(subtask, entry.get()) == Append.APPENDED) {
        return;
      }
    }
  }

  /**
   * Opens a subtask, unless someone else does first. Whoever did, the journal tells.
   *
   * @param unread the first entries of shards that nobody can read any more
   */
  public void open(SubtaskId subtask, Entry.Opened opened, Map<SubtaskId, Entry.Closed> unread) {
    try {
      ports.journal().open(subtask, opened, unread);
    } catch (OutcomeUnknownException e) {
      // The journal shows the outcome.
    }
  }
}
