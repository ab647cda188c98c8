package dev.cairn.coordinator.lambda;

/** The function was invoked with a payload that no source of its events sends. */
final class MalformedPayloadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedPayloadException(String message) {
    super(message);
  }

  MalformedPayloadException(String message, Throwable cause) {
    super(message, cause);
  }
}
