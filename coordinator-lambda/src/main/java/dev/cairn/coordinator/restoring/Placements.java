package dev.cairn.coordinator.restoring;

import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Ancestry;
import dev.cairn.stream.Shard;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides what becomes of each of a job's subtasks when a checkpoint is restored. It follows from
 * the checkpoint's states and from which shards came from which, whatever has happened to them
 * since.
 */
final class Placements {
  private final Map<SubtaskId, SubtaskSnapshot> states;
  private final Ancestry<ShardId> ancestry;
  private final Set<SubtaskId> ancestors;
  private final RestoreGuards.OpensAgain opensAgain;

  /**
   * @param states what the checkpoint has, by the subtasks that are given it
   * @param tails the journals of all subtasks that the job ever had
   * @param listed the shards that the stream lists
   */
  Placements(
      Map<SubtaskId, SubtaskSnapshot> states,
      Collection<JournalTail> tails,
      Collection<Shard> listed,
      RestoreGuards.OpensAgain opensAgain) {
    this.states = new TreeMap<>(states);
    this.opensAgain = opensAgain;
    this.ancestry = new Ancestry<>(parents(states, tails, listed));
    this.ancestors =
        states.keySet().stream()
            .flatMap(subtask -> ancestors(subtask).stream())
            .collect(Collectors.toSet());
  }

  private static Map<ShardId, List<ShardId>> parents(
      Map<SubtaskId, SubtaskSnapshot> states,
      Collection<JournalTail> tails,
      Collection<Shard> listed) {
    Map<ShardId, List<ShardId>> parents = new HashMap<>();
    listed.forEach(shard -> parents.put(shard.id(), shard.parents()));
    // What a subtask was opened with stays true when the stream has forgotten it.
    tails.stream()
        .filter(tail -> !tail.base().origin().parents().isEmpty())
        .forEach(tail -> parents.put(tail.subtask().shard(), tail.base().origin().parents()));
    states.forEach(
        (subtask, snapshot) -> {
          if (!snapshot.state().origin().parents().isEmpty()) {
            parents.put(subtask.shard(), snapshot.state().origin().parents());
          }
        });
    return parents;
  }

  private Set<SubtaskId> ancestors(SubtaskId subtask) {
    return ancestry.ancestors(subtask.shard()).stream()
        .map(shard -> new SubtaskId(subtask.job(), subtask.stage(), shard))
        .collect(Collectors.toSet());
  }

  /** The subtasks from which those of the checkpoint came, as far as they are known. */
  Set<SubtaskId> ancestors() {
    return ancestors;
  }

  /** Whether a subtask is given no state, and came from one that is. */
  boolean isDescendant(SubtaskId subtask) {
    return !states.containsKey(subtask)
        && ancestors(subtask).stream().anyMatch(states::containsKey);
  }

  Placement of(JournalTail tail) {
    Optional<SubtaskSnapshot> snapshot = Optional.ofNullable(states.get(tail.subtask()));
    if (snapshot.isPresent()) {
      return new Placement.OfCheckpoint(snapshot.get());
    }
    // It never had state, whatever came from it.
    if (tail.base().isClosedUnread()) {
      return new Placement.ClosedUnread();
    }
    if (ancestors.contains(tail.subtask())) {
      return new Placement.Ancestor();
    }
    if (tail.base().isClosedEmpty()) {
      return new Placement.ClosedEmpty();
    }
    return opensAgain.test(tail.base().origin()) ? new Placement.Unopened() : new Placement.Root();
  }
}
