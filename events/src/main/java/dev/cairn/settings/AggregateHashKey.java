package dev.cairn.settings;

/** The hash key by which the state of a user record of an aggregate is kept. */
public enum AggregateHashKey {
  /** The hash of the partition key. */
  PARTITION_KEY,
  /** The explicit hash key of the user record; the hash of the partition key if it has none. */
  EXPLICIT
}
