package dev.cairn.checkpoint;

import dev.cairn.id.CheckpointId;

/** Where a job stands. */
public sealed interface JobStatus {

  /** Records are applied and checkpoints taken. */
  record Running() implements JobStatus {}

  /** A restore has raised the epoch; not every journal is known to have it. */
  record Restoring(CheckpointId from) implements JobStatus {}

  /** Every journal has the epoch; some shards still close their gap. Counts as running. */
  record Replaying(CheckpointId from) implements JobStatus {}

  /** Whether checkpoints may be triggered and committed. */
  default boolean isRunning() {
    return switch (this) {
      case Running r -> true;
      case Replaying r -> true;
      case Restoring r -> false;
    };
  }
}
