package dev.cairn.state;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The relation of subtasks by splits and merges, over any number of generations.
 *
 * @param <S> the type that names a subtask
 */
public final class Ancestry<S> {
  private final Map<S, List<S>> parents = new HashMap<>();
  private final Map<S, List<S>> children = new HashMap<>();

  /**
   * @param parents the parents of each subtask of which they are known
   */
  public Ancestry(Map<S, ? extends Collection<S>> parents) {
    parents.forEach(
        (subtask, itsParents) -> {
          this.parents.put(subtask, List.copyOf(itsParents));
          for (S parent : itsParents) {
            children.computeIfAbsent(parent, p -> new ArrayList<>()).add(subtask);
          }
        });
  }

  /** Returns the parents of a subtask, their parents, and so on. */
  public Set<S> ancestors(S subtask) {
    return reachable(subtask, parents);
  }

  /** Returns the ancestors of all of these subtasks. */
  public Set<S> ancestors(Collection<S> subtasks) {
    return reachable(subtasks, parents);
  }

  /** Returns the children of a subtask, their children, and so on. */
  public Set<S> descendants(S subtask) {
    return reachable(subtask, children);
  }

  private static <S> Set<S> reachable(S from, Map<S, List<S>> links) {
    Set<S> reached = reachable(List.of(from), links);
    // A list of shards that is damaged may name a shard as its own ancestor.
    reached.remove(from);
    return reached;
  }

  private static <S> Set<S> reachable(Collection<S> from, Map<S, List<S>> links) {
    Set<S> reached = new HashSet<>();
    Deque<S> next = new ArrayDeque<>(from);
    while (!next.isEmpty()) {
      links.getOrDefault(next.remove(), List.of()).stream().filter(reached::add).forEach(next::add);
    }
    return reached;
  }
}
