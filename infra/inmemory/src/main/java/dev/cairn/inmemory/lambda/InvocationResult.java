package dev.cairn.inmemory.lambda;

/** The outcome of an invocation. */
public sealed interface InvocationResult {
  /** The handler returned. */
  record Returned(byte[] response) implements InvocationResult {}

  /** The handler threw, or its process ended. */
  record Failed(Throwable cause) implements InvocationResult {
    public String error() {
      return cause.toString();
    }
  }

  /**
   * There was no response within the function's time-out; the effects of the handler are not known.
   */
  record TimedOut() implements InvocationResult {}
}
