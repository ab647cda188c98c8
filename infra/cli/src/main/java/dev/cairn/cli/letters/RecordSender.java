package dev.cairn.cli.letters;

/** Puts a record into the stream that it came from. */
@FunctionalInterface
public interface RecordSender {

  /** Returns when the stream has the record; the record before it was put earlier. */
  void put(Letter letter);
}
