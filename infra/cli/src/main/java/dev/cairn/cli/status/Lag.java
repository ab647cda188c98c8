package dev.cairn.cli.status;

import java.time.Duration;

/** How far a subtask is behind its shard's end. */
public sealed interface Lag {

  /** Every record of the shard is applied. */
  record None() implements Lag {}

  /** Records are waiting; this is the age of the oldest, according to Kinesis. */
  record Behind(Duration age) implements Lag {}

  /** The lag could not be determined, for this reason. */
  record Unknown(String why) implements Lag {}
}
