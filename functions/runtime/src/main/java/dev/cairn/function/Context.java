package dev.cairn.function;

import java.time.Instant;

/** What is known of the event being processed; valid until {@code process} returns. */
public interface Context {
  /** The record's partition key; every state means this key's. */
  String key();

  /** When Kinesis took the record, to the millisecond. */
  Instant timestamp();
}
