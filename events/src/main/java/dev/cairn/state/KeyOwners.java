package dev.cairn.state;

import dev.cairn.id.ShardId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds the subtasks that have the latest state of the keys of a range. Of two subtasks that have,
 * or had, the same key, the one that came from the other has its latest state. A subtask owns the
 * keys that none of its descendants has: where a child of a split was never opened, the state of
 * its keys is still the parent's.
 */
public final class KeyOwners {
  private KeyOwners() {}

  /**
   * Returns the owners of a range's keys, each with the parts of the range that it owns.
   *
   * @param subtasks all that have or had state, with their keys and the subtasks from which they
   *     came
   */
  public static Map<ShardId, List<HashRange>> of(HashRange range, Map<ShardId, Origin> subtasks) {
    Map<ShardId, List<HashRange>> owned = new TreeMap<>();
    subtasks.forEach(
        (subtask, origin) ->
            origin
                .range()
                .intersection(range)
                .ifPresent(both -> owned.put(subtask, List.of(both))));
    subtasks.forEach(
        (descendant, origin) -> {
          for (ShardId ancestor : ancestors(descendant, subtasks)) {
            owned.computeIfPresent(ancestor, (a, parts) -> without(parts, origin.range()));
          }
        });
    owned.values().removeIf(List::isEmpty);
    return owned;
  }

  private static Set<ShardId> ancestors(ShardId descendant, Map<ShardId, Origin> subtasks) {
    Set<ShardId> ancestors = new HashSet<>();
    Deque<ShardId> next = new ArrayDeque<>();
    next.add(descendant);
    while (!next.isEmpty()) {
      Origin origin = subtasks.get(next.remove());
      if (origin != null) {
        origin.parents().stream().filter(ancestors::add).forEach(next::add);
      }
    }
    ancestors.remove(descendant);
    return ancestors;
  }

  private static List<HashRange> without(List<HashRange> parts, HashRange other) {
    List<HashRange> left = new ArrayList<>();
    parts.forEach(part -> left.addAll(part.without(other)));
    return List.copyOf(left);
  }
}
