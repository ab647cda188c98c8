package dev.cairn.task;

import dev.cairn.id.SequenceNumber;
import dev.cairn.task.journalling.Fault;
import dev.cairn.task.journalling.UncommittedBatch;
import java.util.Optional;

/** What the next attempt does about work that did not fit into memory, or into the storage. */
sealed interface ReducedAttempt {

  /** At most so many records are applied before they are journalled. */
  record Steps(int records) implements ReducedAttempt {}

  /** A record does not fit on its own. */
  record Record(SequenceNumber record, Fault.OfRecord fault) implements ReducedAttempt {}

  /**
   * Empty if the error does not concern records: none was being applied or journalled.
   *
   * @param fault what the error is, if it is the shard's
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
