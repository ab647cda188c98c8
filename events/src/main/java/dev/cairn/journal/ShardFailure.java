package dev.cairn.journal;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.SequenceNumber;
import dev.cairn.restart.FailureHistory;
import java.time.Instant;
import java.util.Optional;

/**
 * The repeated failure of a shard at the records after its position. It is removed as soon as one
 * more record is applied. Every header contains it, so that every container knows it.
 *
 * @param reason the reason of the last failure
 * @param message the shortened message of the last failure
 * @param failures the history of all consecutive failures, of any reason
 * @param hasGivenUp whether no further attempt is made
 * @param ofReason how many consecutive failures had the last one's reason, 1 or more
 * @param record the record that the last failure blames; empty if it blames no single record
 * @param earlierRecord the record that an earlier one of these failures blames; empty if the last
 *     failure blames a record itself, or none does
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

  /** Creates a failure whose predecessors blamed no record. */
  public ShardFailure(
      FailureReason reason,
      String message,
      FailureHistory failures,
      boolean hasGivenUp,
      int ofReason,
      Optional<SequenceNumber> record) {
    this(reason, message, failures, hasGivenUp, ofReason, record, Optional.empty());
  }

  /** Creates a failure whose attempts all had the same reason, and which blames no record. */
  public ShardFailure(
      FailureReason reason, String message, FailureHistory failures, boolean hasGivenUp) {
    this(reason, message, failures, hasGivenUp, failures.attempts(), Optional.empty());
  }

  /**
   * Whether the failure remains after a halt and a resume. This is so while a single record has
   * ended the process and the failure policy has not decided on it. All other attempts are counted
   * from the beginning.
   */
  boolean outlastsHalt() {
    return reason == FailureReason.PROCESS_ENDED && record.isPresent() && !hasGivenUp;
  }

  /**
   * Returns the record right after the position, if one of the consecutive failures named it. The
   * shard has applied nothing since, so the mapping must send that record next.
   */
  public Optional<SequenceNumber> nextRecord() {
    return record.or(() -> earlierRecord);
  }

  /** Whether no attempt may be made now. */
  public boolean isHeldUp(Instant now) {
    return hasGivenUp || failures.isWaiting(now);
  }
}
