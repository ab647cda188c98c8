package dev.cairn.id;

/** A checkpoint's number within its job. A number is never used twice, also not after a restore. */
public record CheckpointId(long value) implements Comparable<CheckpointId> {
  public CheckpointId {
    if (value < 1) {
      throw new IllegalArgumentException("checkpoint id " + value + " is below 1");
    }
  }

  public CheckpointId next() {
    return new CheckpointId(value + 1);
  }

  public boolean isAfter(CheckpointId other) {
    return value > other.value;
  }

  @Override
  public int compareTo(CheckpointId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
