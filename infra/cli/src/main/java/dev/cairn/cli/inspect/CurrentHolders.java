package dev.cairn.cli.inspect;

import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Restored.Mode;
import dev.cairn.journal.Journal;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finds the subtask that has the state of a key now. After a split or a merge the state of the
 * closed shard is still there, and a child has a later one.
 */
public final class CurrentHolders {
  private final Map<SubtaskId, HashRange> opened = new TreeMap<>();
  private final Map<ShardId, List<HashRange>> takenOver = new HashMap<>();

  /** Reads the last base of each of these journals. */
  public CurrentHolders(Journal journal, Collection<SubtaskId> subtasks) {
    for (SubtaskId subtask : subtasks) {
      List<Entry> tail = journal.fromLastBase(subtask);
      if (!tail.isEmpty()
          && tail.getFirst() instanceof Entry.Base base
          && base.mode() != Mode.UNOPENED) {
        HashRange range = base.origin().range();
        opened.put(subtask, range);
        for (ShardId parent : base.origin().parents()) {
          takenOver.computeIfAbsent(parent, p -> new ArrayList<>()).add(range);
        }
      }
    }
  }

  /** Returns the subtasks that have the key. */
  public List<SubtaskId> of(KeyHash hash) {
    return opened.keySet().stream().filter(subtask -> owns(subtask, hash)).toList();
  }

  /** Whether the subtask has the key, and none of its children has taken it over. */
  public boolean owns(SubtaskId subtask, KeyHash hash) {
    return Optional.ofNullable(opened.get(subtask))
            .filter(range -> range.contains(hash))
            .isPresent()
        && takenOver.getOrDefault(subtask.shard(), List.of()).stream()
            .noneMatch(child -> child.contains(hash));
  }
}
