package dev.cairn.checkpoint;

import dev.cairn.id.CheckpointId;
import java.util.Optional;

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

  /** The checkpoint whose restore is not over; nothing may take it away. */
  default Optional<CheckpointId> restoringFrom() {
    return switch (this) {
      case Running r -> Optional.empty();
      case Restoring restoring -> Optional.of(restoring.from());
      case Replaying replaying -> Optional.of(replaying.from());
    };
  }
}
