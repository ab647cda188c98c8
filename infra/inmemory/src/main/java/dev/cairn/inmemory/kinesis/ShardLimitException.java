package dev.cairn.inmemory.kinesis;

/** Kinesis would refuse a request with a LimitExceededException. */
public final class ShardLimitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ShardLimitException(String message) {
    super(message);
  }
}
