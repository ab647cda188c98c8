package dev.cairn.checkpoint;

import dev.cairn.id.SubtaskId;
import java.util.Optional;

/**
 * A failure, with its reason and a message.
 *
 * @param subtask the failing subtask; empty if the failure concerns no single subtask
 * @param message a sentence for people, without advice
 */
public record Failure(FailureReason reason, Optional<SubtaskId> subtask, String message) {
  /** The length limit of messages, which are part of items of at most 400 KB, and of alarms. */
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
