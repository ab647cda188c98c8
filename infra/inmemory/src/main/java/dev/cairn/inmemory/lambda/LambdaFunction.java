package dev.cairn.inmemory.lambda;

/** A function that can be invoked and waited for. */
@FunctionalInterface
public interface LambdaFunction {
  /** Invokes the function synchronously, once, and returns the outcome. */
  InvocationResult invoke(byte[] event);
}
