package dev.cairn.id;

import java.util.Comparator;
import java.util.Optional;

/**
 * Names a user record within its shard: a Kinesis record by its sequence number, and a user record
 * of an aggregate by the sequence number of the aggregate and its own sub-sequence number. As text
 * the two are joined by a dot.
 *
 * @param part empty for a whole Kinesis record
 */
public record RecordNumber(SequenceNumber sequenceNumber, Optional<SubSequenceNumber> part)
    implements Comparable<RecordNumber> {
  private static final char DOT = '.';
  private static final Comparator<RecordNumber> ORDER =
      Comparator.comparing(RecordNumber::sequenceNumber)
          .thenComparing(number -> number.part.map(SubSequenceNumber::value).orElse(-1L));

  public static RecordNumber of(SequenceNumber whole) {
    return new RecordNumber(whole, Optional.empty());
  }

  public static RecordNumber of(SequenceNumber aggregate, SubSequenceNumber part) {
    return new RecordNumber(aggregate, Optional.of(part));
  }

  /**
   * Reads what {@link #toString} returns.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static RecordNumber parse(String text) {
    int dot = text.indexOf(DOT);
    if (dot < 0) {
      return of(new SequenceNumber(text));
    }
    RecordNumber number =
        of(
            new SequenceNumber(text.substring(0, dot)),
            new SubSequenceNumber(Long.parseLong(text.substring(dot + 1))));
    if (!number.toString().equals(text)) {
      throw new IllegalArgumentException("\"" + text + "\" is not the number of a record");
    }
    return number;
  }

  @Override
  public int compareTo(RecordNumber other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return sequenceNumber + part.map(number -> "" + DOT + number).orElse("");
  }
}
