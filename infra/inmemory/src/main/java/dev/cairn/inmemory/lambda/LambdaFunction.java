package dev.cairn.inmemory.lambda;

/** A function that can be invoked and waited for. */
@FunctionalInterface
public interface LambdaFunction {
  /** Invokes synchronously, once, and returns what came of it. */
  InvocationResult invoke(byte[] event);
}
