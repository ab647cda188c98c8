package dev.cairn.task.ports;

import dev.cairn.checkpoint.FailureReason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A shard cannot go on, for a reason that someone has to remove. Says what, why, and what next. */
public final class TaskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  // Absent as null: an Optional cannot be serialized.
  private final @Nullable FailureReason reason;

  /** An error that is no failure of the shard, or that the journal has already. */
  public TaskException(String message) {
    super(message);
    this.reason = null;
  }

  /** An error that is no failure of the shard, or that the journal has already. */
  public TaskException(String message, Throwable cause) {
    super(message, cause);
    this.reason = null;
  }

  /** An error that is to be recorded as a failure of the shard. */
  public TaskException(FailureReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why the shard fails; empty if no failure is to be recorded. */
  public Optional<FailureReason> reason() {
    return Optional.ofNullable(reason);
  }
}
