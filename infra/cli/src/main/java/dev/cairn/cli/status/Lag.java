package dev.cairn.cli.status;

import java.time.Duration;

/** How far a subtask is behind its shard's end. */
public sealed interface Lag {

  /** Every record of the shard is applied. */
  record None() implements Lag {}

  /** Records wait; the oldest of them is so old, as Kinesis says. */
  record Behind(Duration age) implements Lag {}

  /** It was not to be found out, and why. */
  record Unknown(String why) implements Lag {}
}
