package dev.cairn.id;

/** The name of a job: the first part of every key and path that belongs to it. */
public record JobId(String value) implements Comparable<JobId> {
  public JobId {
    Names.require("job id", value);
  }

  @Override
  public int compareTo(JobId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
