package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.Position;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.StepwiseApplication.Outcome;
import dev.cairn.task.journalling.JournalSession;
import dev.cairn.task.journalling.JournalSession.Result;
import dev.cairn.task.journalling.Proposal.QuietStretch;
import dev.cairn.task.journalling.UncommittedBatch;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.subtask.Subtask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Closes the gap that a restore leaves: applies the records from the position to the frontier
 * again. The mapping has delivered these records already, so they are read from the stream.
 */
final class GapReplay<E> {
  private static final String CANNOT = "cannot be replayed past record ";

  private final TaskSettings settings;
  private final TaskPorts ports;
  private final TaskDecisions decisions;
  private final JournalSession session;
  private final UncommittedBatches<E> batches;
  private final StepwiseApplication<E> stepwise;
  private final Snapshots snapshots;
  private final FailureRecorder failures;
  private final Replay replay;

  GapReplay(
      TaskSettings settings,
      TaskPorts ports,
      TaskDecisions decisions,
      JournalSession session,
      UncommittedBatches<E> batches,
      StepwiseApplication<E> stepwise,
      Snapshots snapshots,
      FailureRecorder failures) {
    this.settings = settings;
    this.ports = ports;
    this.decisions = decisions;
    this.session = session;
    this.batches = batches;
    this.stepwise = stepwise;
    this.snapshots = snapshots;
    this.failures = failures;
    this.replay = new Replay(ports.stream(), decisions, ports.clock());
  }

  /** Whether the shard may apply records now: its job runs, and no failure holds it up. */
  boolean mayApply(Subtask<E> subtask) {
    return decisions.mayApply(subtask.head(), ports.clock().instant());
  }

  /**
   * Closes the gap, or as much of it as the invocation's time allows.
   *
   * @return false if another writer has continued from this state
   */
  boolean close(Invocation<E> invocation, Subtask<E> subtask) {
    Duration forSnapshot = snapshots.time(subtask, invocation.deadline());
    Position before = subtask.head().position();
    while (mayApply(subtask) && subtask.head().hasGap() && invocation.hasTime()) {
      List<StreamRecord> records;
      switch (read(invocation, subtask, before)) {
        case Replay.Next.Records next -> records = next.records();
        case Replay.Next.OutOfTime(Optional<Instant> quietUntil) -> {
          return quietUntil.isEmpty() || journal(invocation, subtask, quietUntil.get());
        }
      }
      if (subtask.head().isolation().isPresent() || invocation.blamed().isPresent()) {
        // Reads at most one page; the next invocation continues.
        return closeInSteps(invocation, subtask, upToFrontier(subtask, records));
      }
      UncommittedBatch<E> work = apply(invocation, subtask, records);
      boolean acknowledges =
          work.stop().isPresent() || snapshots.isDue(subtask, invocation.deadline(), forSnapshot);
      if (!work.journal(invocation.writer())
          || (acknowledges && !snapshots.acknowledge(invocation, subtask))) {
        return false;
      }
      if (work.stop().isPresent()) {
        throw failures.stopped(subtask, work.stop().get(), CANNOT, invocation.writer());
      }
      if (!snapshots.materializeIfDue(invocation, subtask)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads the next records. Kinesis refuses a shard for seconds after a large page. This is not a
   * failure of an invocation that has applied that page; the next one continues.
   */
  private Replay.Next read(Invocation<E> invocation, Subtask<E> subtask, Position before) {
    try {
      return replay.next(
          subtask.id().shard(), subtask.head(), settings.replayLimit(), invocation::hasTime);
    } catch (StreamException e) {
      if (subtask.head().position().equals(before)) {
        throw e;
      }
      return new Replay.Next.OutOfTime(Optional.empty());
    }
  }

  private boolean journal(Invocation<E> invocation, Subtask<E> subtask, Instant quietUntil) {
    QuietStretch stretch = new QuietStretch(subtask, ports.ids(), quietUntil);
    return session.append(subtask, stretch, invocation.writer()) == Result.COMMITTED;
  }

  private UncommittedBatch<E> apply(
      Invocation<E> invocation, Subtask<E> subtask, List<StreamRecord> records) {
    Position frontier = subtask.head().frontier();
    UncommittedBatch<E> work = batches.begin(invocation, subtask);
    for (StreamRecord record : records) {
      if (!work.position().isBefore(frontier)) {
        break;
      }
      requireUpToFrontier(subtask, record);
      // At least one record per step, so that a gap closes even with a slow function.
      if ((work.hasApplied() && !invocation.hasTime()) || work.isFull() || !work.apply(record)) {
        break;
      }
    }
    return work;
  }

  private boolean closeInSteps(
      Invocation<E> invocation, Subtask<E> subtask, List<StreamRecord> records) {
    Position before = subtask.head().position();
    Outcome outcome = stepwise.apply(invocation, subtask, records);
    if (outcome instanceof Outcome.LostAppend) {
      return false;
    }
    if (outcome instanceof Outcome.StoppedBefore stopped && stopped.stop().isPresent()) {
      if (!snapshots.acknowledge(invocation, subtask)) {
        return false;
      }
      throw failures.stopped(subtask, stopped.stop().get(), CANNOT, invocation.writer());
    }
    return subtask.head().position().equals(before)
        || snapshots.materializeIfDue(invocation, subtask);
  }

  /** Returns the records that belong to the gap; at least one. */
  private static List<StreamRecord> upToFrontier(Subtask<?> subtask, List<StreamRecord> records) {
    requireUpToFrontier(subtask, records.getFirst());
    return records.stream()
        .filter(record -> !subtask.head().frontier().isBefore(record.sequenceNumber()))
        .toList();
  }

  private static void requireUpToFrontier(Subtask<?> subtask, StreamRecord record) {
    Position frontier = subtask.head().frontier();
    if (frontier.isBefore(record.sequenceNumber())) {
      throw new TaskException(
          FailureReason.REPLAY_IMPOSSIBLE,
          subtask.id()
              + " cannot be replayed: record "
              + frontier
              + " was applied once and is no longer in the stream; restore a later checkpoint");
    }
  }
}
