package dev.cairn.task.ports;

import dev.cairn.checkpoint.FailureReason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A shard cannot continue, for a reason that a user has to remove. The message says what happened,
 * why, and what to do.
 */
public final class TaskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  // Absent as null: an Optional cannot be serialized.
  private final @Nullable FailureReason reason;

  /** Creates an error that is not a failure of the shard, or that is journalled already. */
  public TaskException(String message) {
    super(message);
    this.reason = null;
  }

  /** Creates an error that is not a failure of the shard, or that is journalled already. */
  public TaskException(String message, Throwable cause) {
    super(message, cause);
    this.reason = null;
  }

  /** Creates an error that is to be recorded as a failure of the shard. */
  public TaskException(FailureReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Returns the reason of the failure; empty if no failure is to be recorded. */
  public Optional<FailureReason> reason() {
    return Optional.ofNullable(reason);
  }
}
