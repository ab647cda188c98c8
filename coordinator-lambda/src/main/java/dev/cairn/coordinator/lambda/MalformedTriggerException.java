package dev.cairn.coordinator.lambda;

/** The function was invoked with something that no source of its events sends. */
final class MalformedTriggerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedTriggerException(String message) {
    super(message);
  }

  MalformedTriggerException(String message, Throwable cause) {
    super(message, cause);
  }
}
