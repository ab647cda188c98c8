package dev.cairn.settings;

/** The kind of checkpoint storage, under Flink's names. */
public enum StorageKind {
  /**
   * In the job's table, for small state. Flink's storage of this name uses the job manager's
   * memory.
   */
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
