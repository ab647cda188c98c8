package dev.cairn.local.demo;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A journal whose appends by one process are observed. */
record WatchedJournal(Journal there, JournalWatcher watcher) implements Journal {
  @Override
  public List<Entry> after(SubtaskId subtask, Revision revision) {
    return there.after(subtask, revision);
  }

  @Override
  public List<Entry> fromLastBase(SubtaskId subtask) {
    return there.fromLastBase(subtask);
  }

  @Override
  public Append append(SubtaskId subtask, Entry entry) {
    return watched(subtask, entry, () -> there.append(subtask, entry));
  }

  @Override
  public Append append(
      SubtaskId subtask, Entry.Snapshotted entry, Acknowledgement.Acknowledged acknowledgement) {
    return watched(subtask, entry, () -> there.append(subtask, entry, acknowledgement));
  }

  @Override
  public Append open(SubtaskId subtask, Entry.Base entry, Map<SubtaskId, Entry.Closed> unread) {
    return watched(subtask, entry, () -> there.open(subtask, entry, unread));
  }

  private Append watched(SubtaskId subtask, Entry entry, Supplier<Append> append) {
    watcher.before(subtask, entry);
    Append outcome = append.get();
    watcher.after(subtask, entry, outcome);
    return outcome;
  }

  @Override
  public int expireBelow(SubtaskId subtask, Revision base, Instant at) {
    return there.expireBelow(subtask, base, at);
  }
}
