package dev.cairn.cdk;

/** The policy for a record that cannot be decoded or on which the function throws. */
public enum FailurePolicy {
  /** The records before it are journalled, and the shard retries the record until it succeeds. */
  FAIL,
  /** The record is stored as a dead letter and counted, and the shard continues after it. */
  DEAD_LETTER
}
