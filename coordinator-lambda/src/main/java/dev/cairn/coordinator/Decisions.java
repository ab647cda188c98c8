package dev.cairn.coordinator;

import dev.cairn.coordinator.checkpointing.CheckpointDecisions;
import dev.cairn.coordinator.collecting.CollectionDecisions;
import dev.cairn.coordinator.journals.JournalDecisions;
import dev.cairn.coordinator.lifecycle.LifecycleDecisions;
import dev.cairn.coordinator.restoring.RestoreDecisions;

/** Everything that the coordinator decides, by the part of its work. */
public record Decisions(
    JournalDecisions journals,
    CollectionDecisions collecting,
    CheckpointDecisions checkpointing,
    RestoreDecisions restoring,
    LifecycleDecisions lifecycle) {

  /** The decisions with every guard. */
  public static Decisions all() {
    return of(new JournalDecisions(), new CollectionDecisions(), new RestoreDecisions());
  }

  private static Decisions of(
      JournalDecisions journals, CollectionDecisions collecting, RestoreDecisions restoring) {
    CheckpointDecisions checkpointing = new CheckpointDecisions(journals);
    return new Decisions(
        journals,
        collecting,
        checkpointing,
        restoring,
        new LifecycleDecisions(journals, checkpointing));
  }

  /** A copy with other decisions on journals, which those on checkpoints and the job use. */
  public Decisions with(JournalDecisions other) {
    return of(other, collecting, restoring);
  }

  /** A copy with other decisions on what is collected. */
  public Decisions with(CollectionDecisions other) {
    return new Decisions(journals, other, checkpointing, restoring, lifecycle);
  }

  /** A copy with other decisions on checkpoints. */
  public Decisions with(CheckpointDecisions other) {
    return new Decisions(
        journals, collecting, other, restoring, new LifecycleDecisions(journals, other));
  }

  /** A copy with other decisions on restores. */
  public Decisions with(RestoreDecisions other) {
    return new Decisions(journals, collecting, checkpointing, other, lifecycle);
  }
}
