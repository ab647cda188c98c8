package dev.cairn.heap;

import dev.cairn.state.StateKey;

/**
 * A value that the function left in state cannot be serialized. Which record left it is known only
 * to a state that serializes at once, see {@link HeapState.Serialization}; this one must be
 * dropped.
 */
public final class UnwritableStateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnwritableStateException(StateKey cell, String serializers, Throwable cause) {
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
