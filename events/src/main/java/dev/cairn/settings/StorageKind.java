package dev.cairn.settings;

/** Where checkpoints lie, by Flink's names. */
public enum StorageKind {
  /** In the table: for small state. What Flink keeps in the job manager's memory. */
  JOBMANAGER("jobmanager"),
  /** In a directory, such as a bucket. */
  FILESYSTEM("filesystem");

  private final String text;

  StorageKind(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
