package dev.cairn.id;

/** An entry's number in its journal: 1, 2, 3, …; 0 stands for the place before the first entry. */
public record Revision(long value) implements Comparable<Revision> {
  public Revision {
    if (value < 0) {
      throw new IllegalArgumentException("revision " + value + " is below 0");
    }
  }

  public Revision next() {
    return new Revision(value + 1);
  }

  public boolean isAfter(Revision other) {
    return value > other.value;
  }

  @Override
  public int compareTo(Revision other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
