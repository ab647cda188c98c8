package dev.cairn.inmemory.lambda;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * A function as Lambda's runtime calls it: bytes in, bytes out. One instance lives in one
 * container.
 */
@FunctionalInterface
public interface Handler {
  /**
   * Handles an event. The response is what it has written when it returns; an exception is the
   * function's error.
   */
  void handle(InputStream event, OutputStream response, LocalInvocation invocation)
      throws Exception;
}
