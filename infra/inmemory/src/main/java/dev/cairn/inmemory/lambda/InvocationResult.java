package dev.cairn.inmemory.lambda;

/** What came of an invocation. */
public sealed interface InvocationResult {
  /** The handler returned. */
  record Answered(byte[] response) implements InvocationResult {}

  /** The handler threw, or its process ended. */
  record Failed(Throwable cause) implements InvocationResult {
    public String error() {
      return cause.toString();
    }
  }

  /**
   * No answer within the function's timeout; what the handler has done by then, and does later, is
   * not known.
   */
  record TimedOut() implements InvocationResult {}
}
