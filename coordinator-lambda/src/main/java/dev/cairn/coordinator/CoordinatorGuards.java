package dev.cairn.coordinator;

import dev.cairn.coordinator.checkpointing.CheckpointGuards;
import dev.cairn.coordinator.collecting.CollectionGuards;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.restoring.RestoreGuards;

/**
 * The coordinator's guards, grouped by part. A guard is a small predicate that is injected, so that
 * the simulation can take it away and see which invariant breaks without it.
 */
public record CoordinatorGuards(
    JournalGuards journals,
    CheckpointGuards checkpoints,
    CollectionGuards collection,
    RestoreGuards restores) {

  /** All guards, active. */
  public static final CoordinatorGuards ALL =
      new CoordinatorGuards(
          JournalGuards.ALL, CheckpointGuards.ALL, CollectionGuards.ALL, RestoreGuards.ALL);
}
