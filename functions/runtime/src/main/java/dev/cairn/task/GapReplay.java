package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.Position;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.stream.UserRecord;
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
  private final MissingRecords missingRecords;
  private final Replay replay;

  GapReplay(
      TaskSettings settings,
      TaskPorts ports,
      TaskDecisions decisions,
      JournalSession session,
      UncommittedBatches<E> batches,
      StepwiseApplication<E> stepwise,
      Snapshots snapshots,
      FailureRecorder failures,
      MissingRecords missingRecords) {
    this.missingRecords = missingRecords;
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
    return replay(invocation, subtask, subtask.head().frontier());
  }

  /**
   * Applies a shard to its end as far as the invocation's time allows, and journals that it is
   * closed. Does nothing to a shard that is open.
   *
   * @return false if another writer went on from this state
   */
  boolean drain(Invocation<E> invocation, Subtask<E> subtask) {
    // Of a subtask that a restore has put to its end, only the entry is missing.
    return subtask.head().position() instanceof Position.End
        ? !mayApply(subtask) || snapshots.close(invocation, subtask)
        : replay(invocation, subtask, Position.end());
  }

  private boolean replay(Invocation<E> invocation, Subtask<E> subtask, Position target) {
    Duration forSnapshot = snapshots.time(subtask, invocation.deadline());
    Position before = subtask.head().position();
    while (mayApply(subtask)
        && subtask.head().position().isBefore(target)
        && invocation.hasTime()) {
      List<UserRecord> records;
      switch (read(invocation, subtask, before)) {
        case Replay.Next.Records next -> records = waiting(subtask, next.records());
        case Replay.Next.OutOfTime(Optional<Instant> quietUntil) -> {
          return quietUntil.isEmpty() || journal(invocation, subtask, quietUntil.get());
        }
        case Replay.Next.Tip t -> {
          if (subtask.head().hasGap()) {
            throw Replay.endsEarly(subtask.id().shard(), subtask.head());
          }
          return true;
        }
        case Replay.Next.End e -> {
          if (!decisions.isEnd(target) && !subtask.head().following().mayBeMissing()) {
            throw Replay.endsEarly(subtask.id().shard(), subtask.head());
          }
          return snapshots.close(invocation, subtask);
        }
      }
      if (!subtask.head().hasGap()) {
        missingRecords.requireNone(subtask, records.getFirst().kinesisRecord());
      }
      if (subtask.head().isolation().isPresent() || invocation.blamed().isPresent()) {
        // Reads at most one page; the next invocation continues.
        return closeInSteps(invocation, subtask, upTo(target, subtask, records));
      }
      UncommittedBatch<E> work = apply(invocation, subtask, target, records);
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
          subtask.id().shard(),
          subtask.head(),
          subtask.origin().start(),
          settings.replayLimit(),
          invocation::hasTime);
    } catch (StreamException e) {
      if (subtask.head().position().equals(before)) {
        throw e;
      }
      return new Replay.Next.OutOfTime(Optional.empty());
    }
  }

  /**
   * Takes records apart. The first one may be an aggregate, of which the first user records are
   * applied.
   */
  private List<UserRecord> waiting(Subtask<E> subtask, List<StreamRecord> records) {
    return UserRecord.of(records).stream()
        .filter(record -> decisions.admits(subtask.head().position(), record))
        .toList();
  }

  private boolean journal(Invocation<E> invocation, Subtask<E> subtask, Instant quietUntil) {
    QuietStretch stretch = new QuietStretch(subtask, ports.ids(), quietUntil);
    return session.append(subtask, stretch, invocation.writer()) == Result.COMMITTED;
  }

  private UncommittedBatch<E> apply(
      Invocation<E> invocation, Subtask<E> subtask, Position target, List<UserRecord> records) {
    UncommittedBatch<E> work = batches.begin(invocation, subtask);
    for (UserRecord record : records) {
      if (!work.position().isBefore(target)) {
        break;
      }
      requireUpTo(target, subtask, record);
      // At least one record per step, so that a gap closes even with a slow function.
      if ((work.hasApplied() && !invocation.hasTime()) || work.isFull() || !work.apply(record)) {
        break;
      }
    }
    return work;
  }

  private boolean closeInSteps(
      Invocation<E> invocation, Subtask<E> subtask, List<UserRecord> records) {
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

  /** Returns the records up to the target; at least one. */
  private static List<UserRecord> upTo(
      Position target, Subtask<?> subtask, List<UserRecord> records) {
    requireUpTo(target, subtask, records.getFirst());
    return records.stream().filter(record -> !target.isBefore(record.position())).toList();
  }

  private static void requireUpTo(Position target, Subtask<?> subtask, UserRecord record) {
    if (target.isBefore(record.position())) {
      throw new TaskException(
          FailureReason.REPLAY_IMPOSSIBLE,
          subtask.id()
              + " cannot be replayed: record "
              + target
              + " was applied once and is no longer in the stream; restore a later checkpoint");
    }
  }
}
