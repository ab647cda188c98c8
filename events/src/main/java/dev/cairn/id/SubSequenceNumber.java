package dev.cairn.id;

/** The place of a user record within an aggregated Kinesis record: 0, 1, 2, … */
public record SubSequenceNumber(long value) implements Comparable<SubSequenceNumber> {
  public SubSequenceNumber {
    if (value < 0) {
      throw new IllegalArgumentException("sub-sequence number " + value + " is below 0");
    }
  }

  @Override
  public int compareTo(SubSequenceNumber other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
