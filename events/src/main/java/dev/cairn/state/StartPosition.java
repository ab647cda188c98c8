package dev.cairn.state;

import java.time.Instant;

/** Where in its shard a subtask without applied records begins. */
public sealed interface StartPosition {

  /** At the oldest record that Kinesis still has. */
  record TrimHorizon() implements StartPosition {}

  /** At the first record that arrived at or after this time. */
  record AtTimestamp(Instant time) implements StartPosition {}
}
