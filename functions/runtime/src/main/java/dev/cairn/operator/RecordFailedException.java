package dev.cairn.operator;

import dev.cairn.format.JacksonMessages;

/**
 * A record could not be applied, and changed nothing. The failure policy decides how to continue.
 */
public final class RecordFailedException extends Exception {
  private static final long serialVersionUID = 1;

  /** The stage at which it failed. */
  public enum Stage {
    /** The bytes are not an event, or the partition key is not text. */
    DESERIALIZATION,
    /** The function threw. */
    PROCESSING
  }

  private final Stage stage;

  RecordFailedException(Stage stage, String partitionKey, Throwable cause) {
    super(
        switch (stage) {
              case DESERIALIZATION ->
                  "a record of key \"" + partitionKey + "\" cannot be decoded: ";
              case PROCESSING ->
                  "the function failed on a record of key \"" + partitionKey + "\": ";
            }
            + JacksonMessages.withoutSource(cause.toString()),
        cause);
    this.stage = stage;
  }

  public Stage stage() {
    return stage;
  }
}
