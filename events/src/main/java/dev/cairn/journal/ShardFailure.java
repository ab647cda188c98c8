package dev.cairn.journal;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.SequenceNumber;
import dev.cairn.restart.FailureHistory;
import java.time.Instant;
import java.util.Optional;

/**
 * A shard that fails after its position, attempt after attempt. Removed as soon as one more record
 * is applied. Each header carries it, so that every container knows it, and no base hides it.
 *
 * @param reason of the last failure
 * @param message of the last failure, shortened
 * @param failures all failures in a row, whatever their reasons
 * @param hasGivenUp whether no further attempt is made
 * @param ofReason how many failures in a row had the last one's reason, 1 or more
 * @param record the record that the last failure blames; empty if it blames no single record
 * @param earlierRecord the record that an earlier failure in the row blames; empty if the last
 *     failure blames one itself, or none does
 */
public record ShardFailure(
    FailureReason reason,
    String message,
    FailureHistory failures,
    boolean hasGivenUp,
    int ofReason,
    Optional<SequenceNumber> record,
    Optional<SequenceNumber> earlierRecord) {

  public ShardFailure {
    if (ofReason < 1 || ofReason > failures.attempts()) {
      throw new IllegalArgumentException(
          ofReason + " of " + failures.attempts() + " failures cannot have one reason");
    }
  }

  /** A failure in a row of which none before it blamed a record. */
  public ShardFailure(
      FailureReason reason,
      String message,
      FailureHistory failures,
      boolean hasGivenUp,
      int ofReason,
      Optional<SequenceNumber> record) {
    this(reason, message, failures, hasGivenUp, ofReason, record, Optional.empty());
  }

  /** A failure of which all attempts had the same reason, and that is not one record's. */
  public ShardFailure(
      FailureReason reason, String message, FailureHistory failures, boolean hasGivenUp) {
    this(reason, message, failures, hasGivenUp, failures.attempts(), Optional.empty());
  }

  /**
   * Whether a halt and a resume leave it as it is: how often a record ended the process on its own,
   * as long as the failure policy has not decided on that record. All other attempts are counted
   * anew.
   */
  boolean outlastsHalt() {
    return reason == FailureReason.PROCESS_ENDED && record.isPresent() && !hasGivenUp;
  }

  /**
   * The record right after the position, if any failure in the row named it. The shard has applied
   * nothing since, so the mapping has to send that record next.
   */
  public Optional<SequenceNumber> nextRecord() {
    return record.or(() -> earlierRecord);
  }

  /** Whether no attempt is to be made now. */
  public boolean isHeldUp(Instant now) {
    return hasGivenUp || failures.isWaiting(now);
  }
}
