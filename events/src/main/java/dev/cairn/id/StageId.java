package dev.cairn.id;

/** The name of a stage: one function of a job. */
public record StageId(String value) implements Comparable<StageId> {
  public StageId {
    Names.require("stage", value);
  }

  @Override
  public int compareTo(StageId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
