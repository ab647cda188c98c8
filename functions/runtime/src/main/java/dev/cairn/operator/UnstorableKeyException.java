package dev.cairn.operator;

/** A partition key cannot be part of a stored cell's key. */
public final class UnstorableKeyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnstorableKeyException(String message) {
    super(message);
  }
}
