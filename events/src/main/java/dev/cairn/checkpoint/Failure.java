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
  /** The longest message: it is part of items of at most 400 KB, and of alarms. */
  public static final int LONGEST_MESSAGE = 2_000;

  public Failure {
    if (message.length() > LONGEST_MESSAGE) {
      message = message.substring(0, LONGEST_MESSAGE - 1) + "…";
    }
  }

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
