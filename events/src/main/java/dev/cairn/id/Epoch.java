package dev.cairn.id;

/** The epoch of a job, which begins at 1. Every restore, halt and resume increases it. */
public record Epoch(long value) implements Comparable<Epoch> {
  public Epoch {
    if (value < 1) {
      throw new IllegalArgumentException("epoch " + value + " is below 1");
    }
  }

  public Epoch next() {
    return new Epoch(value + 1);
  }

  public boolean isAfter(Epoch other) {
    return value > other.value;
  }

  @Override
  public int compareTo(Epoch other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
