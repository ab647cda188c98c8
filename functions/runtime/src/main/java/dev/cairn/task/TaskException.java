package dev.cairn.task;

/** A shard cannot go on, for a reason that someone has to remove. Says what, why, and what next. */
public final class TaskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TaskException(String message) {
    super(message);
  }

  public TaskException(String message, Throwable cause) {
    super(message, cause);
  }
}
