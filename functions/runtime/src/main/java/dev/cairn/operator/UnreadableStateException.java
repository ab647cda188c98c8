package dev.cairn.operator;

import dev.cairn.format.JacksonMessages;
import dev.cairn.state.StateKey;

/**
 * A stored cell cannot be decoded. No record is the cause, so no record may become a dead letter.
 */
public final class UnreadableStateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnreadableStateException(StateKey cell, String serializers, Throwable cause) {
    super(
        "state "
            + cell
            + " cannot be decoded by "
            + serializers
            + ": "
            + JacksonMessages.withoutSource(
                cause.getMessage() == null ? cause.toString() : cause.getMessage())
            + ". The stored bytes have the right checksum, so the class has changed in a way that"
            + " cannot read them; deploy the one that wrote them, or restore a checkpoint before"
            + " it",
        cause);
  }
}
