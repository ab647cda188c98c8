package dev.cairn.settings;

/** The reaction to a user record of an aggregate whose hash key lies outside the shard's range. */
public enum RecordOutsideShard {
  /** The failure policy decides. */
  FAILURE_POLICY,
  /**
   * The record is passed without a trace. The Kinesis Producer Library sends such a record again,
   * to the shard of its hash key.
   */
  DISCARD
}
