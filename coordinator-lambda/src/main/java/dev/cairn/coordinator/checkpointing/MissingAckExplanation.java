package dev.cairn.coordinator.checkpointing;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.ShardFailure;
import java.util.Optional;

/** Explains from a subtask's journal why the subtask has not acknowledged an expired checkpoint. */
final class MissingAckExplanation {
  private MissingAckExplanation() {}

  /**
   * Returns the reason; empty if the journal does not show it, because the subtask was not
   * triggered or has not run since.
   *
   * @param expired the failure that is known without the journal
   */
  static Optional<Failure> explain(Checkpoint.Pending pending, JournalTail tail, Failure expired) {
    Optional<ShardFailure> failing = tail.head().failing();
    if (failing.isPresent()) {
      return Optional.of(
          failure(
              failing.get().reason(),
              tail,
              expired,
              "cannot go on, at attempt "
                  + failing.get().failures().attempts()
                  + ": "
                  + failing.get().message()));
    }
    if (tail.head().isolation().isPresent()) {
      return Optional.of(
          failure(
              FailureReason.PROCESS_ENDED,
              tail,
              expired,
              "is searched for a record that ends the process, and its invocations end before"
                  + " its state is stored"));
    }
    return isCutOff(pending, tail)
        ? Optional.of(
            failure(
                FailureReason.SUBTASK_TIMEOUT,
                tail,
                expired,
                "was triggered and has applied records since, but each of its invocations"
                    + " ended before its state was stored"))
        : Optional.empty();
  }

  private static Failure failure(
      FailureReason reason, JournalTail tail, Failure expired, String why) {
    return Failure.of(
        reason, tail.subtask(), expired.message() + "; " + tail.subtask().name() + " " + why);
  }

  /**
   * A task acknowledges before it applies further records, but after the batch that was in progress
   * at the trigger.
   */
  private static boolean isCutOff(Checkpoint.Pending pending, JournalTail tail) {
    boolean wasTriggered = false;
    for (Entry entry : tail.sinceBase()) {
      if (entry instanceof Entry.Triggered triggered
          && triggered.checkpoint().equals(pending.id())) {
        wasTriggered = true;
      } else if (wasTriggered && entry.header().writer() != Writer.COORDINATOR) {
        return true;
      }
    }
    return false;
  }
}
