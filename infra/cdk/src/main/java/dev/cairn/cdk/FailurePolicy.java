package dev.cairn.cdk;

/** What becomes of a record that cannot be decoded or on which the function throws. */
public enum FailurePolicy {
  /** What came before it is journalled, and its shard waits until the record succeeds. */
  FAIL,
  /** It is stored among the job's dead letters, counted, and the shard goes on. */
  DEAD_LETTER
}
