package dev.cairn.coordinator.collecting;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.collecting.References.Held;
import dev.cairn.coordinator.resharding.ShardLineage;
import dev.cairn.id.SubtaskId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides which closed subtasks are retired. Without retirement every tick and every halt would
 * read the journals of all shards that a stream ever had.
 */
final class Retirement {
  private Retirement() {}

  /**
   * Returns the subtasks to retire: those whose children have all of their state, and which no
   * checkpoint needs.
   */
  static List<SubtaskId> of(References references, CollectionGuards.Unneeded isUnneeded) {
    if (references.held().stream().anyMatch(held -> !held.unreadable().isEmpty())) {
      // A checkpoint whose files cannot be read may contain any subtask.
      return List.of();
    }
    return new ShardLineage(references.job().epoch(), references.tails())
        .passedOnState().stream()
            .filter(subtask -> !isAwaited(subtask, references))
            .filter(subtask -> isUnneeded.test(subtask, references))
            .sorted()
            .toList();
  }

  /** Whether a child is yet to open again, which it does only from its parents' journals. */
  private static boolean isAwaited(SubtaskId closed, References references) {
    return references.tails().stream()
        .filter(tail -> !tail.isOpened())
        .anyMatch(tail -> tail.parents().contains(closed));
  }

  /**
   * Whether no checkpoint contains the subtask or one from which it came, and one that was
   * completed in this epoch contains a subtask that came from it. A coordinator that read the
   * journals before the children were opened can no longer begin a checkpoint: the id it would take
   * was taken by the one that contains them.
   */
  static boolean isUnneeded(SubtaskId closed, References references) {
    Set<SubtaskId> sources = references.ancestry().ancestors(closed);
    Set<SubtaskId> descendants = references.ancestry().descendants(closed);
    boolean isPassedOn = false;
    for (Held held : references.held()) {
      Set<SubtaskId> contents = contents(held);
      if (contents.contains(closed) || contents.stream().anyMatch(sources::contains)) {
        return false;
      }
      isPassedOn |=
          held.checkpoint() instanceof Checkpoint.Completed completed
              && completed.trigger().epoch().equals(references.job().epoch())
              && contents.stream().anyMatch(descendants::contains);
    }
    return isPassedOn;
  }

  private static Set<SubtaskId> contents(Held held) {
    Set<SubtaskId> contents =
        held.snapshots().stream()
            .map(References.Snapshot::subtask)
            .collect(Collectors.toCollection(HashSet::new));
    if (held.checkpoint() instanceof Checkpoint.Pending pending) {
      contents.addAll(pending.subtasks());
    }
    return contents;
  }
}
