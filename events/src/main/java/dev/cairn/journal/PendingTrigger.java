package dev.cairn.journal;

import dev.cairn.id.CheckpointId;
import java.util.List;
import java.util.Optional;

/** Finds the trigger in a journal that its subtask has not acknowledged yet. */
public final class PendingTrigger {
  private PendingTrigger() {}

  /**
   * Returns the checkpoint that a task would acknowledge if it were invoked now.
   *
   * @param entries the entries up to the journal's head, at least from its last base on
   */
  public static Optional<CheckpointId> in(List<Entry> entries) {
    Optional<CheckpointId> pending = Optional.empty();
    for (Entry entry : entries) {
      pending =
          switch (entry) {
            case Entry.Triggered triggered -> Optional.of(triggered.checkpoint());
            case Entry.Advanced a -> pending;
            case Entry.Failed f -> pending;
            case Entry.Suspected s -> pending;
            // No checkpoint spans two epochs, and a base settles all triggers before it.
            case Entry.Suspended s -> Optional.empty();
            case Entry.Resumed r -> Optional.empty();
            case Entry.Base b -> Optional.empty();
          };
    }
    return pending;
  }
}
