package dev.cairn.settings;

/** The reaction to a user record of an aggregate whose hash key lies outside the shard's range. */
public enum RecordOutsideShard {
  /** The failure policy decides. */
  FAILURE_POLICY,
  /**
   * The record is passed without a trace if the hash key by which it was routed, its explicit one
   * or else that of its partition key, lies outside as well. The Kinesis Producer Library sends
   * such a record again, to the shard of that hash key. The failure policy decides on any other.
   */
  DISCARD
}
