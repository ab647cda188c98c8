package dev.cairn.function;

import java.time.Instant;

/** The key and the time of the event being processed; valid until {@code process} returns. */
public interface Context {
  /** The record's partition key. All states read and write the values of this key. */
  String key();

  /** The time at which Kinesis stored the record, in milliseconds. */
  Instant timestamp();
}
