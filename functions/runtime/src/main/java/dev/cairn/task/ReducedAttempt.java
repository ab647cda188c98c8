package dev.cairn.task;

import dev.cairn.stream.UserRecord;
import dev.cairn.task.journalling.Fault;
import dev.cairn.task.journalling.UncommittedBatch;
import java.util.Optional;

/** How the next attempt reduces work that did not fit into memory or into the storage. */
sealed interface ReducedAttempt {

  /** At most this many records are applied before they are journalled. */
  record Steps(int records) implements ReducedAttempt {}

  /** A single record does not fit. */
  record Record(UserRecord record, Fault.OfRecord fault) implements ReducedAttempt {}

  /**
   * Returns the reduction; empty if no records were being applied or journalled.
   *
   * @param fault the error's classification
   */
  static Optional<ReducedAttempt> of(UncommittedBatch<?> work, Fault fault) {
    if (work.isJournalled() || !(fault instanceof Fault.OfShard(var reason, String message))) {
      return Optional.empty();
    }
    Fault.OfRecord ofRecord = new Fault.OfRecord(reason, message);
    if (work.current().isPresent()) {
      return Optional.of(
          work.processed() == 0
              ? new Record(work.current().get(), ofRecord)
              : new Steps(work.processed()));
    }
    return work.first()
        .map(
            first ->
                work.processed() == 1
                    ? new Record(first, ofRecord)
                    : new Steps(Math.ceilDiv(work.processed(), 2)));
  }
}
