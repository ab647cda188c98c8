package dev.cairn.local.simulation;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import java.time.Instant;
import java.util.List;

/** A journal at the other end of a wire. */
record WiredJournal(Wire wire, Journal there) implements Journal {
  @Override
  public List<Entry> after(SubtaskId subtask, Revision revision) {
    return wire.table("query", () -> there.after(subtask, revision));
  }

  @Override
  public List<Entry> fromLastBase(SubtaskId subtask) {
    return wire.table("queryBack", () -> there.fromLastBase(subtask));
  }

  @Override
  public Append append(SubtaskId subtask, Entry entry) {
    return wire.table("append", () -> there.append(subtask, entry));
  }

  @Override
  public Append append(
      SubtaskId subtask, Entry.Snapshotted entry, Acknowledgement.Acknowledged acknowledgement) {
    return wire.table("appendAcknowledged", () -> there.append(subtask, entry, acknowledgement));
  }

  @Override
  public Append open(SubtaskId subtask, Entry.Opened entry) {
    return wire.table("open", () -> there.open(subtask, entry));
  }

  @Override
  public int expireBelow(SubtaskId subtask, Revision base, Instant at) {
    return wire.table("expire", () -> there.expireBelow(subtask, base, at));
  }
}
