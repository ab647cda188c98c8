package dev.cairn.id;

/** The name of a job: the first part of every key and path that belongs to it. */
public record JobId(String value) implements Comparable<JobId> {
  // Reserved: the folder of all jobs' savepoints has this name and lies beside the jobs' folders.
  private static final String RESERVED = "savepoints";

  public JobId {
    Names.require("job id", value);
    if (value.equals(RESERVED)) {
      throw new IllegalArgumentException(
          "a job cannot be called \""
              + RESERVED
              + "\": that is the folder of savepoints in every checkpoint storage; choose another"
              + " name");
    }
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
