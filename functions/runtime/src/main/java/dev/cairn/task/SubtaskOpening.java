package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.operator.FunctionNotOpenedException;
import dev.cairn.operator.IncompatibleStateException;
import dev.cairn.task.FailureRecorder.Report;
import dev.cairn.task.journalling.Declines;
import dev.cairn.task.journalling.JournalSession;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.subtask.Subtask;
import dev.cairn.task.subtask.SubtaskCache;
import dev.cairn.task.subtask.SubtaskLoader;
import java.util.List;
import java.util.Optional;

/** Brings the subtask of an invocation into memory, at its journal's head. */
final class SubtaskOpening<E> {
  private static final int ATTEMPTS = 5;

  private final TaskSettings settings;
  private final TaskPorts ports;
  private final SubtaskCache<E> cache;
  private final SubtaskLoader<E> loader;
  private final FirstEntry firstEntry;
  private final JournalSession session;
  private final Declines declines;
  private final FailureRecorder failures;

  SubtaskOpening(
      TaskSettings settings,
      TaskPorts ports,
      TaskDecisions decisions,
      SubtaskCache<E> cache,
      SubtaskLoader<E> loader,
      JournalSession session,
      Declines declines,
      FailureRecorder failures) {
    this.settings = settings;
    this.ports = ports;
    this.cache = cache;
    this.loader = loader;
    this.firstEntry = new FirstEntry(settings, ports, decisions);
    this.session = session;
    this.declines = declines;
    this.failures = failures;
  }

  /** Returns the journal's head that this invocation read; empty if it read none. */
  Optional<Header> lastRead() {
    return loader.lastRead();
  }

  /**
   * Loads the subtask of the invocation. Opens its journal if it has none.
   *
   * @throws TaskException if the journal cannot be opened now
   */
  Subtask<E> open(Invocation<E> invocation) {
    SubtaskId id = settings.subtask(invocation.shard());
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Optional<Subtask<E>> found = find(invocation);
      if (found.isPresent()) {
        return found.get();
      }
      session.open(id, firstEntry(id, invocation));
    }
    throw new TaskException(
        id
            + " could not be opened in "
            + ATTEMPTS
            + " attempts: its job is being restored, or the table does not"
            + " answer; the mapping will try again");
  }

  /**
   * Loads the subtask of the invocation, from memory where possible; empty if it was never opened.
   */
  Optional<Subtask<E>> find(Invocation<E> invocation) {
    SubtaskId id = settings.subtask(invocation.shard());
    Optional<Subtask<E>> subtask;
    try {
      subtask = loader.current(id, cache.find(id.shard()));
    } catch (IncompatibleStateException
        | FunctionNotOpenedException
        | TaskException
        | LinkageError e) {
      // Until other code is deployed, every invocation fails here.
      declines.declineAny(
          id, FailureReason.DECLINED, "its state cannot be loaded: " + e.getMessage());
      throw e;
    }
    subtask.ifPresent(current -> cache.keep(id.shard(), current));
    invocation.attach(subtask);
    return subtask;
  }

  /**
   * A shard without a journal cannot record its failure, so it is recorded for the subtask that has
   * its state.
   */
  private Entry.Opened firstEntry(SubtaskId id, Invocation<E> invocation) {
    try {
      return firstEntry.of(id);
    } catch (StateElsewhereException e) {
      e.holder().ifPresent(holder -> reportAt(holder, e, invocation));
      throw new TaskException(String.valueOf(e.getMessage()), e);
    }
  }

  private void reportAt(
      SubtaskId holder, StateElsewhereException refused, Invocation<E> invocation) {
    List<Entry> journal = ports.journal().fromLastBase(holder);
    if (!journal.isEmpty()) {
      failures.reportBeside(
          refused,
          Report.ofShard(
              holder,
              journal.getLast().header(),
              FailureReason.RESHARDED,
              String.valueOf(refused.getMessage()),
              Optional.empty()),
          invocation.writer());
    }
  }
}
