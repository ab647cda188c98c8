package dev.cairn.operator;

import dev.cairn.state.StateKey;

/**
 * A value that the function left in state cannot be serialized. Which record left it is known only
 * to a backend that serializes at once, see {@link Serialization}; this backend must be dropped.
 */
public final class UnwritableStateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnwritableStateException(StateKey cell, String serializers, Throwable cause) {
    super(
        "the value of state "
            + cell
            + " cannot be encoded by "
            + serializers
            + ": "
            + cause.getMessage()
            + ". The changes of this batch are lost with it; apply them again with"
            + " Serialization.AT_ONCE to learn which record it was",
        cause);
  }
}
