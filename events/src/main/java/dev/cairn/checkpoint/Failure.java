package dev.cairn.checkpoint;

import dev.cairn.id.SubtaskId;
import java.util.Optional;

/**
 * What failed, and why.
 *
 * @param subtask where; empty if it was no single subtask
 * @param message in a sentence for people, without what to do about it
 */
public record Failure(FailureReason reason, Optional<SubtaskId> subtask, String message) {

  public static Failure of(FailureReason reason, String message) {
    return new Failure(reason, Optional.empty(), message);
  }

  public static Failure of(FailureReason reason, SubtaskId subtask, String message) {
    return new Failure(reason, Optional.of(subtask), message);
  }

  /** {@code EXPIRED: delays/shardId-3 sent no acknowledgement in 60 s}. */
  @Override
  public String toString() {
    return reason + ": " + message;
  }
}
