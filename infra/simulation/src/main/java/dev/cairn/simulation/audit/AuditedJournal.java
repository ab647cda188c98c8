package dev.cairn.simulation.audit;

import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.state.StateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A journal as far as it was read, and its state. */
final class AuditedJournal {
  private final SubtaskId subtask;
  private final List<Entry> entries = new ArrayList<>();
  private SortedMap<StateKey, byte[]> cells = new TreeMap<>();
  private long changes = -1;

  AuditedJournal(SubtaskId subtask) {
    this.subtask = subtask;
  }

  SubtaskId subtask() {
    return subtask;
  }

  /**
   * Notes how often the stored journal has changed so far; returns whether it has changed since the
   * last call.
   */
  boolean isChanged(long changesSoFar) {
    boolean isChanged = changesSoFar != changes;
    changes = changesSoFar;
    return isChanged;
  }

  /** Returns all entries, including those that are deleted by now. */
  List<Entry> entries() {
    return entries;
  }

  Header head() {
    return entries.getLast().header();
  }

  /** The revision of the last base; 0 if there is none. */
  int base() {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i) instanceof Entry.Base) {
        return i + 1;
      }
    }
    return 0;
  }

  /** The entries from the last base on: what a reader needs. */
  List<Entry> fromBase() {
    return entries.subList(base() - 1, entries.size());
  }

  /** The cells of the state at the head. */
  SortedMap<StateKey, byte[]> cells() {
    return cells;
  }

  void replace(SortedMap<StateKey, byte[]> state) {
    cells = state;
  }
}
