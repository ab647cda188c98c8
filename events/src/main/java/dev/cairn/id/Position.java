package dev.cairn.id;

import java.util.Optional;

/**
 * How far a subtask has applied its shard: nothing yet, up to a record, up to a user record within
 * an aggregated one, up to and including a record, or all of a closed shard.
 */
public sealed interface Position extends Comparable<Position> {

  static Position beginning() {
    return new Beginning();
  }

  static Position end() {
    return new End();
  }

  static Position before(SequenceNumber first) {
    return new Before(first);
  }

  static Position within(SequenceNumber record, SubSequenceNumber last) {
    return new Within(record, last);
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

  /**
   * The next record to apply is {@code first}; records before it are never applied. A shard begins
   * so if the stream no longer keeps its older records, or will not keep them for long.
   */
  record Before(SequenceNumber first) implements Position {
    @Override
    public String toString() {
      return "just before " + first;
    }
  }

  /**
   * Every record before {@code aggregate} is applied, and the user records of this aggregated
   * record up to and including {@code last}. Further user records of it follow.
   */
  record Within(SequenceNumber aggregate, SubSequenceNumber last) implements Position {
    @Override
    public String toString() {
      return aggregate + "." + last;
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

  /** Returns the record that this position is right before, within or right after. */
  default Optional<SequenceNumber> record() {
    return switch (this) {
      case Beginning b -> Optional.empty();
      case Before before -> Optional.of(before.first);
      case Within(SequenceNumber aggregate, SubSequenceNumber last) -> Optional.of(aggregate);
      case After after -> Optional.of(after.last);
      case End e -> Optional.empty();
    };
  }

  /** Returns the record of which only the first user records are applied, if there is one. */
  default Optional<SequenceNumber> partlyApplied() {
    return this instanceof Within(SequenceNumber aggregate, SubSequenceNumber last)
        ? Optional.of(aggregate)
        : Optional.empty();
  }

  /** Whether the record with this sequence number, or a part of it, lies beyond this position. */
  default boolean isBefore(SequenceNumber record) {
    return switch (this) {
      case Beginning b -> true;
      case Before before -> before.first.compareTo(record) <= 0;
      case Within(SequenceNumber aggregate, SubSequenceNumber last) ->
          aggregate.compareTo(record) <= 0;
      case After after -> after.last.compareTo(record) < 0;
      case End e -> false;
    };
  }

  /** Whether no part of the record with this sequence number lies at or before this position. */
  default boolean isBeforeAllOf(SequenceNumber record) {
    return isBefore(within(record, new SubSequenceNumber(0)));
  }

  default boolean isBefore(Position other) {
    return compareTo(other) < 0;
  }

  static Position max(Position a, Position b) {
    return a.isBefore(b) ? b : a;
  }

  @Override
  default int compareTo(Position other) {
    Optional<SequenceNumber> mine = record();
    Optional<SequenceNumber> theirs = other.record();
    if (mine.isPresent() && theirs.isPresent() && !mine.equals(theirs)) {
      return mine.get().compareTo(theirs.get());
    }
    if (this instanceof Within(SequenceNumber same, SubSequenceNumber mineLast)
        && other instanceof Within(SequenceNumber also, SubSequenceNumber theirLast)) {
      return mineLast.compareTo(theirLast);
    }
    return Integer.compare(rank(), other.rank());
  }

  /** Returns the order of positions without a record, or with the same record. */
  private int rank() {
    return switch (this) {
      case Beginning b -> 0;
      case Before b -> 1;
      case Within w -> 2;
      case After a -> 3;
      case End e -> 4;
    };
  }
}
