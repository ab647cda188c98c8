package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.WakeMessage.Purpose;
import dev.cairn.journal.Entry;
import dev.cairn.operator.FunctionNotOpenedException;
import dev.cairn.operator.IncompatibleStateException;
import dev.cairn.task.FailureRecorder.Report;
import dev.cairn.task.journalling.Declines;
import dev.cairn.task.journalling.JournalSession;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.subtask.Found;
import dev.cairn.task.subtask.Subtask;
import dev.cairn.task.subtask.SubtaskCache;
import dev.cairn.task.subtask.SubtaskLoader;
import java.util.List;
import java.util.Map;
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
  private final Drain drain;

  SubtaskOpening(
      TaskSettings settings,
      TaskPorts ports,
      TaskDecisions decisions,
      SubtaskCache<E> cache,
      SubtaskLoader<E> loader,
      JournalSession session,
      Declines declines,
      FailureRecorder failures,
      Drain drain) {
    this.drain = drain;
    this.settings = settings;
    this.ports = ports;
    this.cache = cache;
    this.loader = loader;
    this.firstEntry = new FirstEntry(settings, ports, decisions);
    this.session = session;
    this.declines = declines;
    this.failures = failures;
  }

  /** Applies a closed shard to its end, or fails as that shard does. */
  interface Drain {
    void drain(ShardId shard, Deadline deadline);
  }

  /**
   * The subtask of the invocation. Opens it if it is not open; a shard that came from others by a
   * split or a merge waits until these are applied to their end, and helps with that.
   *
   * @return anything but {@link Found.Unopened}; {@link Found.Nowhere} only for a wake that was to
   *     open the subtask and nothing else
   * @throws TaskException if it cannot be opened now
   */
  Found<E> open(Invocation<E> invocation) {
    SubtaskId id = settings.subtask(invocation.shard());
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Found<E> found = find(invocation);
      Optional<Found.Unopened<E>> unopened;
      switch (found) {
        case Found.Live<E> live -> {
          return live;
        }
        case Found.Closed<E> closed -> {
          return closed;
        }
        case Found.Waiting<E> waiting -> {
          return waiting;
        }
        case Found.Unopened<E> before -> unopened = Optional.of(before);
        case Found.Nowhere<E> n -> unopened = Optional.empty();
      }
      switch (firstEntry(id, unopened, invocation)) {
        case FirstEntry.Result.Opens(Entry.Opened opened, Map<SubtaskId, Entry.Closed> unread) -> {
          session.open(id, opened, unread);
          if (invocation.purpose() == Purpose.OPEN && !opened.header().hasGap()) {
            // There is no record to apply. Its state is loaded when one comes.
            return new Found.Nowhere<>();
          }
        }
        case FirstEntry.Result.Waits(List<ShardId> parents) -> {
          if (!invocation.hasTime()) {
            return new Found.Waiting<>(parents);
          }
          parents.forEach(parent -> drain.drain(parent, invocation.deadline()));
          if (attempt == ATTEMPTS) {
            return new Found.Waiting<>(parents);
          }
        }
      }
    }
    throw new TaskException(
        id
            + " could not be opened in "
            + ATTEMPTS
            + " attempts: its job is being restored, or the table does not"
            + " answer; the mapping will try again");
  }

  /** Finds the subtask of the invocation, from memory where possible. */
  Found<E> find(Invocation<E> invocation) {
    SubtaskId id = settings.subtask(invocation.shard());
    Found<E> found;
    try {
      found = loader.current(id, cache.find(id.shard()));
    } catch (IncompatibleStateException
        | FunctionNotOpenedException
        | TaskException
        | LinkageError e) {
      // Until other code is deployed, every invocation fails here.
      declines.declineAny(
          id, FailureReason.DECLINED, "its state cannot be loaded: " + e.getMessage());
      throw e;
    }
    if (found instanceof Found.Live<E>(Subtask<E> subtask)) {
      cache.keep(id.shard(), subtask);
      invocation.attach(Optional.of(subtask));
    } else {
      cache.discard(id.shard());
      invocation.attach(Optional.empty());
    }
    return found;
  }

  /**
   * A shard without a journal cannot record its failure, so it is recorded for the subtask that has
   * its state.
   */
  private FirstEntry.Result firstEntry(
      SubtaskId id, Optional<Found.Unopened<E>> unopened, Invocation<E> invocation) {
    try {
      return firstEntry.of(id, unopened, invocation.writer());
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
