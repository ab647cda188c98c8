package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.journal.Isolation;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.journalling.Fault;
import dev.cairn.task.journalling.JournalSession;
import dev.cairn.task.journalling.JournalSession.Result;
import dev.cairn.task.journalling.Proposal;
import dev.cairn.task.journalling.UncommittedBatch;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskDecisions.Step;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.subtask.Subtask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Applies the records of a suspected shard in steps. Each step is announced in the journal before
 * it begins, and journalled when it ends. If a step does not return, the next invocation halves it,
 * down to the one record that ends the process; the failure policy decides on that record.
 */
final class StepwiseApplication<E> {
  private final TaskPorts ports;
  private final TaskDecisions decisions;
  private final JournalSession session;
  private final UncommittedBatches<E> batches;
  private final Snapshots snapshots;

  StepwiseApplication(
      TaskPorts ports,
      TaskDecisions decisions,
      JournalSession session,
      UncommittedBatches<E> batches,
      Snapshots snapshots) {
    this.ports = ports;
    this.decisions = decisions;
    this.session = session;
    this.batches = batches;
    this.snapshots = snapshots;
  }

  /**
   * A record that this process could not apply alone, although nothing else was uncommitted.
   *
   * @param record the position right after the record, which tells user records of one Kinesis
   *     record apart
   * @param cause the error when it was applied
   */
  record BlamedRecord(Position record, Fault.OfRecord fault, Throwable cause) {}

  /** The outcome of applying the records. */
  sealed interface Outcome {
    /** All are journalled. */
    record Applied() implements Outcome {}

    /**
     * The records before this one are journalled.
     *
     * @param record the Kinesis record, of which some user records may be journalled
     * @param stop why it cannot be applied; empty if only the time was over, or the rest of it is
     *     needed to store the state
     */
    record StoppedBefore(
        SequenceNumber record, Optional<UncommittedBatch.Stop> stop, boolean hasApplied)
        implements Outcome {}

    /** Another writer has continued from this state. */
    record LostAppend() implements Outcome {}
  }

  /**
   * @param records the records after the position, in order
   */
  Outcome apply(Invocation<E> invocation, Subtask<E> subtask, List<UserRecord> records) {
    Duration forSnapshot = snapshots.time(subtask, invocation.deadline());
    List<UserRecord> waiting = records;
    boolean hasApplied = false;
    while (!waiting.isEmpty()) {
      UserRecord first = waiting.getFirst();
      UncommittedBatch<E> work;
      Optional<Isolation> then = Optional.empty();
      Optional<BlamedRecord> found =
          invocation.blamed().filter(one -> one.record().equals(first.position()));
      if (found.isPresent()) {
        work = judge(invocation, subtask, first, found.get());
      } else {
        if (!invocation.hasTime()
            || (hasApplied && snapshots.isDue(subtask, invocation.deadline(), forSnapshot))) {
          return new Outcome.StoppedBefore(first.sequenceNumber(), Optional.empty(), hasApplied);
        }
        Instant now = ports.clock().instant();
        Isolation isolation =
            subtask.head().isolation().orElse(new Isolation.Steps(waiting.size()));
        switch (decisions.step(isolation, waiting.size(), now)) {
          case Step.Wait w -> {
            return new Outcome.StoppedBefore(first.sequenceNumber(), Optional.empty(), hasApplied);
          }
          case Step.Blame b -> work = judge(invocation, subtask, first, neverReturned(first));
          case Step.Begin(int count) -> {
            if (!announce(invocation, subtask, first.sequenceNumber(), count)) {
              return new Outcome.LostAppend();
            }
            work = batches.begin(invocation, subtask);
            take(invocation, work, waiting.subList(0, count));
            then = Optional.of(new Isolation.Steps(count));
          }
        }
      }
      waiting = after(work.position(), waiting);
      if (!work.journal(invocation.writer(), waiting.isEmpty() ? Optional.empty() : then)) {
        return new Outcome.LostAppend();
      }
      hasApplied |= work.hasApplied();
      if (work.stop().isPresent()) {
        return new Outcome.StoppedBefore(
            waiting.getFirst().sequenceNumber(), work.stop(), hasApplied);
      }
    }
    return new Outcome.Applied();
  }

  /** Rejecting a whole aggregate passes all of its user records at once. */
  private static List<UserRecord> after(Position position, List<UserRecord> records) {
    return records.stream().filter(record -> position.isBefore(record.position())).toList();
  }

  /** Applies at least one record, because the step was announced. */
  private void take(Invocation<E> invocation, UncommittedBatch<E> work, List<UserRecord> step) {
    for (UserRecord record : step) {
      boolean ends = work.hasApplied() && (work.isFull() || !invocation.hasTime());
      if (ends || !work.apply(record)) {
        return;
      }
    }
  }

  private boolean announce(
      Invocation<E> invocation, Subtask<E> subtask, SequenceNumber first, int count) {
    Proposal.Step step =
        new Proposal.Step(subtask, ports.ids(), first, count, invocation.deadline());
    return session.append(subtask, step, invocation.writer()) == Result.COMMITTED;
  }

  private static BlamedRecord neverReturned(UserRecord record) {
    String message =
        "it was applied alone, and its invocation did not return: it ran out of time or"
            + " memory, or its process ended";
    return new BlamedRecord(
        record.position(),
        new Fault.OfRecord(FailureReason.PROCESS_ENDED, message),
        new TaskException(message));
  }

  /**
   * Lets the failure policy decide on the record. A failure that may have another cause, such as a
   * lack of memory, is first retried by the restart strategy.
   */
  private UncommittedBatch<E> judge(
      Invocation<E> invocation, Subtask<E> subtask, UserRecord record, BlamedRecord blame) {
    UncommittedBatch<E> work = batches.begin(invocation, subtask);
    boolean isCertain =
        !mayHaveAnotherCause(blame.fault().reason())
            || FailureRecorder.isExhausted(
                subtask.head(), blame.fault().reason(), record.sequenceNumber());
    if (isCertain) {
      var unused = work.reject(record, blame.fault(), blame.cause());
    } else {
      work.stopBefore(record, blame.fault(), blame.cause());
    }
    return work;
  }

  /** Whether a failure of a single record may disappear on a retry. */
  static boolean mayHaveAnotherCause(FailureReason reason) {
    return reason == FailureReason.PROCESS_ENDED || reason == FailureReason.OUT_OF_MEMORY;
  }
}
