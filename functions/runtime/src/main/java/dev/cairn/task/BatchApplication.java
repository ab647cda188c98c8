package dev.cairn.task;

import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.StepwiseApplication.Outcome;
import dev.cairn.task.journalling.UncommittedBatch;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.subtask.Subtask;
import dev.cairn.task.subtask.SubtaskCache;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Applies the records of a batch, journals them, and then takes a snapshot if one is due. */
final class BatchApplication<E> {
  private static final String CANNOT = "cannot apply record ";

  private final TaskDecisions decisions;
  private final SubtaskCache<E> cache;
  private final UncommittedBatches<E> batches;
  private final StepwiseApplication<E> stepwise;
  private final Snapshots snapshots;
  private final FailureRecorder failures;
  private final MissingRecords missingRecords;

  BatchApplication(
      TaskDecisions decisions,
      SubtaskCache<E> cache,
      UncommittedBatches<E> batches,
      StepwiseApplication<E> stepwise,
      Snapshots snapshots,
      FailureRecorder failures,
      MissingRecords missingRecords) {
    this.decisions = decisions;
    this.cache = cache;
    this.batches = batches;
    this.stepwise = stepwise;
    this.snapshots = snapshots;
    this.failures = failures;
    this.missingRecords = missingRecords;
  }

  /**
   * The result of applying and journalling a batch.
   *
   * @param first the first record of the batch
   * @param last the last record that was read
   * @param retryFrom the first record that is not journalled, or not all of it; empty if all are
   * @param stop why that record cannot be applied; empty if only the time was over
   */
  private record Applied(
      SequenceNumber first,
      SequenceNumber last,
      Optional<SequenceNumber> retryFrom,
      Optional<UncommittedBatch.Stop> stop,
      boolean hasApplied) {}

  /** Applies the records, with one entry for all of them unless it is interrupted. */
  BatchResult apply(Invocation<E> invocation, Subtask<E> subtask, RereadableBatch batch) {
    Duration forSnapshot = snapshots.time(subtask, invocation.deadline());
    Position before = subtask.head().position();
    UserRecord record = batch.next();
    SequenceNumber first = record.sequenceNumber();
    UncommittedBatch<E> work = batches.begin(invocation, subtask);
    Optional<SequenceNumber> retryFrom = Optional.empty();
    Optional<UserRecord> appliedBefore = Optional.empty();
    while (true) {
      if (decisions.admits(work.position(), record)) {
        if (appliedBefore.isPresent() && work.position().equals(before)) {
          missingRecords.requireContinuous(subtask, appliedBefore.get(), record);
        }
        boolean isDue =
            work.hasApplied() && snapshots.isDue(subtask, invocation.deadline(), forSnapshot);
        if (isDue || work.isFull()) {
          if (!work.journal(invocation.writer())
              || (isDue && !snapshots.store(invocation, subtask))) {
            return lostAppend(subtask, first);
          }
          work = batches.begin(invocation, subtask);
        }
        if (!invocation.hasTime() || !work.apply(record)) {
          retryFrom = Optional.of(record.sequenceNumber());
          break;
        }
      } else {
        appliedBefore = Optional.of(record);
      }
      if (!batch.hasNext()) {
        break;
      }
      record = batch.next();
    }
    if (!work.journal(invocation.writer())) {
      return lostAppend(subtask, first);
    }
    boolean hasApplied = !subtask.head().position().equals(before);
    return finish(
        invocation,
        subtask,
        new Applied(first, record.sequenceNumber(), retryFrom, work.stop(), hasApplied));
  }

  /** Applies the records of a shard in which one may end the process. */
  BatchResult applyInSteps(Invocation<E> invocation, Subtask<E> subtask, List<UserRecord> batch) {
    SequenceNumber first = batch.getFirst().sequenceNumber();
    SequenceNumber last = batch.getLast().sequenceNumber();
    List<UserRecord> waiting =
        batch.stream()
            .filter(record -> decisions.admits(subtask.head().position(), record))
            .toList();
    int skipped = batch.size() - waiting.size();
    if (skipped > 0 && !waiting.isEmpty()) {
      missingRecords.requireContinuous(subtask, batch.get(skipped - 1), waiting.getFirst());
    }
    return switch (stepwise.apply(invocation, subtask, waiting)) {
      case Outcome.LostAppend l -> lostAppend(subtask, first);
      case Outcome.Applied a ->
          finish(
              invocation,
              subtask,
              new Applied(first, last, Optional.empty(), Optional.empty(), !waiting.isEmpty()));
      case Outcome.StoppedBefore(
              SequenceNumber record,
              Optional<UncommittedBatch.Stop> stop,
              boolean hasApplied) ->
          finish(
              invocation, subtask, new Applied(first, last, Optional.of(record), stop, hasApplied));
    };
  }

  private BatchResult finish(Invocation<E> invocation, Subtask<E> subtask, Applied applied) {
    // A batch without a new record is only confirmed. If it stored the state and the invocation
    // ended during that, the mapping would repeat the batch, and that invocation would end in the
    // same way.
    if (applied.retryFrom().isPresent() || applied.hasApplied()) {
      if (!snapshots.acknowledge(invocation, subtask)) {
        return lostAppend(subtask, applied.first());
      }
      if (!snapshots.materializeIfDue(invocation, subtask)) {
        // The batch is journalled nevertheless; the next invocation reads the entries after it.
        cache.discard(subtask.id().shard());
      }
    }
    if (applied.stop().isPresent()) {
      TaskException stopped =
          failures.stopped(subtask, applied.stop().get(), CANNOT, invocation.writer());
      if (!applied.hasApplied()) {
        // An error of the invocation rather than of an item, because only then its cause is visible
        // in the function's log.
        throw stopped;
      }
    }
    if (applied.retryFrom().isPresent()) {
      return new BatchResult.RetryFrom(applied.retryFrom().get());
    }
    // Success moves the mapping's cursor permanently, so it is returned only for records that the
    // journal was seen to hold.
    if (subtask.head().position().isBefore(applied.last())) {
      throw new IllegalStateException(
          subtask.id()
              + " is at "
              + subtask.head().position()
              + ", before record "
              + applied.last());
    }
    return new BatchResult.Done();
  }

  /**
   * Handles a lost append: another writer continued from this state, so the batch is sent again,
   * and continues after that writer's entries.
   */
  BatchResult lostAppend(Subtask<E> subtask, SequenceNumber first) {
    cache.discard(subtask.id().shard());
    return new BatchResult.RetryFrom(first);
  }
}
