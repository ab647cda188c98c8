package dev.cairn.state;

import dev.cairn.id.ShardId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    Map<ShardId, List<ShardId>> parents = new TreeMap<>();
    subtasks.forEach((subtask, origin) -> parents.put(subtask, origin.parents()));
    Ancestry<ShardId> ancestry = new Ancestry<>(parents);
    subtasks.forEach(
        (descendant, origin) -> {
          for (ShardId ancestor : ancestry.ancestors(descendant)) {
            owned.computeIfPresent(ancestor, (a, parts) -> without(parts, origin.range()));
          }
        });
    owned.values().removeIf(List::isEmpty);
    return owned;
  }

  private static List<HashRange> without(List<HashRange> parts, HashRange other) {
    List<HashRange> left = new ArrayList<>();
    parts.forEach(part -> left.addAll(part.without(other)));
    return List.copyOf(left);
  }
}
