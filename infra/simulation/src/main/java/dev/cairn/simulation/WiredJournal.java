package dev.cairn.simulation;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.simulation.audit.SimulatedRace;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A journal behind a simulated network. */
record WiredJournal(Wire wire, Faults faults, Journal there) implements Journal {
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
    return wire.tableWrite("append", () -> counted(subtask, entry, there.append(subtask, entry)));
  }

  @Override
  public Append append(
      SubtaskId subtask, Entry.Snapshotted entry, Acknowledgement.Acknowledged acknowledgement) {
    return wire.tableWrite(
        "appendAcknowledged",
        () -> counted(subtask, entry, there.append(subtask, entry, acknowledgement)));
  }

  /** Counts why an append found its revision taken. */
  private Append counted(SubtaskId subtask, Entry entry, Append append) {
    if (append == Append.TAKEN) {
      Entry.Header header = entry.header();
      Revision before = new Revision(header.revision().value() - 1);
      List<Entry> found = there.after(subtask, before);
      boolean byCoordinator = header.writer() == Entry.Writer.COORDINATOR;
      if (!found.isEmpty() && found.getFirst().header().id().equals(header.id())) {
        faults.count(SimulatedRace.AN_ENTRY_WAS_THERE_ALREADY_ITS_ANSWER_LOST);
      } else if (byCoordinator) {
        faults.count(SimulatedRace.THE_COORDINATOR_LOST_AN_APPEND);
      } else if (found.stream().allMatch(Entry.Triggered.class::isInstance)) {
        faults.count(SimulatedRace.A_TASKS_APPEND_CAME_AFTER_A_TRIGGER);
      } else {
        faults.count(SimulatedRace.A_TASK_LOST_ITS_APPEND);
      }
    }
    return append;
  }

  @Override
  public Append open(SubtaskId subtask, Entry.Base entry, Map<SubtaskId, Entry.Closed> unread) {
    return wire.tableWrite("open", () -> there.open(subtask, entry, unread));
  }

  @Override
  public int expireBelow(SubtaskId subtask, Revision base, Instant at) {
    return wire.tableWrite("expire", () -> there.expireBelow(subtask, base, at));
  }
}
