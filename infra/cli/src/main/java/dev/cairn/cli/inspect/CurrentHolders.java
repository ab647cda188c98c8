package dev.cairn.cli.inspect;

import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.KeyOwners;
import dev.cairn.state.Origin;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds the subtask that has the state of a key now. After a split or a merge the state of the
 * closed shard is still there, and a child has a later one.
 */
public final class CurrentHolders {
  private final SortedSet<SubtaskId> opened = new TreeSet<>();
  private final Map<ShardId, List<HashRange>> owned;

  /** Reads the last base of each of these journals. */
  public CurrentHolders(Journal journal, Collection<SubtaskId> subtasks) {
    Map<ShardId, Origin> origins = new TreeMap<>();
    for (SubtaskId subtask : subtasks) {
      List<Entry> tail = journal.fromLastBase(subtask);
      if (!tail.isEmpty() && tail.getFirst() instanceof Entry.Base base && base.hasState()) {
        opened.add(subtask);
        origins.put(subtask.shard(), base.origin());
      }
    }
    owned = KeyOwners.of(HashRange.ALL, origins);
  }

  /** Returns the subtasks that have the key. */
  public List<SubtaskId> of(KeyHash hash) {
    return opened.stream().filter(subtask -> owns(subtask, hash)).toList();
  }

  /** Whether the subtask has the key, and none that came from it has taken it over. */
  public boolean owns(SubtaskId subtask, KeyHash hash) {
    return opened.contains(subtask)
        && owned.getOrDefault(subtask.shard(), List.of()).stream()
            .anyMatch(part -> part.contains(hash));
  }
}
