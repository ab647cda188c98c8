package dev.cairn.lambda;

/** The payload is not what the event source mapping or the coordinator sends. */
public final class MalformedEventException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedEventException(String problem) {
    super(problem);
  }

  MalformedEventException(String problem, Throwable cause) {
    super(problem, cause);
  }
}
