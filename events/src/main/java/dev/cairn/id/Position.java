package dev.cairn.id;

/**
 * How far a subtask has applied its shard: nothing yet, up to and including a record, or all of a
 * closed shard.
 */
public sealed interface Position extends Comparable<Position> {

  static Position beginning() {
    return new Beginning();
  }

  static Position end() {
    return new End();
  }

  static Position after(SequenceNumber last) {
    return new After(last);
  }

  /** Nothing is applied; the first record to apply is the one where the journal was opened. */
  record Beginning() implements Position {
    @Override
    public String toString() {
      return "beginning";
    }
  }

  /** Every record up to and including {@code last} is applied. */
  record After(SequenceNumber last) implements Position {
    @Override
    public String toString() {
      return last.toString();
    }
  }

  /** The shard is closed and every record of it is applied. */
  record End() implements Position {
    @Override
    public String toString() {
      return "end";
    }
  }

  /** Whether the record with this sequence number lies beyond this position. */
  default boolean isBefore(SequenceNumber record) {
    return switch (this) {
      case Beginning b -> true;
      case After after -> after.last.compareTo(record) < 0;
      case End e -> false;
    };
  }

  default boolean isBefore(Position other) {
    return compareTo(other) < 0;
  }

  static Position max(Position a, Position b) {
    return a.isBefore(b) ? b : a;
  }

  @Override
  default int compareTo(Position other) {
    if (this instanceof After mine && other instanceof After theirs) {
      return mine.last.compareTo(theirs.last);
    }
    return Integer.compare(rank(), other.rank());
  }

  private int rank() {
    return switch (this) {
      case Beginning b -> 0;
      case After a -> 1;
      case End e -> 2;
    };
  }
}
