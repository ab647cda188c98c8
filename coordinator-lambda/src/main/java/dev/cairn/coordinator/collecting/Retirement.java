package dev.cairn.coordinator.collecting;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.collecting.References.Held;
import dev.cairn.coordinator.resharding.ShardLineage;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.stream.Shard;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
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
   *
   * @param listed returns the shards that the stream lists, none if it does not answer; it is asked
   *     for parents alone that nobody has read
   */
  static List<SubtaskId> of(
      References references,
      CollectionGuards.Unneeded isUnneeded,
      Supplier<? extends List<Shard>> listed) {
    if (references.held().stream().anyMatch(held -> !held.unreadable().isEmpty())) {
      // A checkpoint whose files cannot be read may contain any subtask.
      return List.of();
    }
    return new ShardLineage(references.job().epoch(), references.tails())
        .passedOnState().stream()
            .filter(subtask -> !isAwaited(subtask, references))
            .filter(subtask -> isUnneeded.test(subtask, references))
            .filter(subtask -> !mayHaveUnknownChildren(subtask, references, listed))
            .sorted()
            .toList();
  }

  /**
   * Whether a parent that nobody has read has a child that no task has opened yet. The journal of
   * such a parent has the keys of the child that was opened first; its other children open from it
   * too, and a user may have to accept there what is missing before them.
   */
  private static boolean mayHaveUnknownChildren(
      SubtaskId closed, References references, Supplier<? extends List<Shard>> listed) {
    if (references.tail(closed).filter(tail -> tail.base().isClosedUnread()).isEmpty()) {
      return false;
    }
    List<Shard> shards = listed.get();
    Set<ShardId> opened =
        references.tails().stream()
            .map(tail -> tail.subtask().shard())
            .collect(Collectors.toCollection(HashSet::new));
    opened.addAll(ShardTree.retired(references.tails(), shards));
    return shards.isEmpty()
        || shards.stream()
            .filter(shard -> shard.parents().contains(closed.shard()))
            .anyMatch(child -> !opened.contains(child.id()));
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
