package dev.cairn.cli.letters;

/** Sends a dead letter's record to the stream again. */
@FunctionalInterface
public interface RecordSender {

  /** Sends a record, and returns when the stream has stored it. */
  void put(Letter letter);
}
