package dev.cairn.simulation.audit;

import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.EntryFormat;

/**
 * An entry that a step has appended.
 *
 * @param where names the entry in messages
 * @param journal the entry's journal, which ends before the entry
 */
record AuditedEntry(String where, AuditedJournal journal, Entry entry) {
  static AuditedEntry of(AuditedJournal journal, Entry entry) {
    String where =
        journal.subtask().shard()
            + " revision "
            + entry.revision()
            + " ("
            + EntryFormat.kind(entry)
            + ")";
    return new AuditedEntry(where, journal, entry);
  }

  Header header() {
    return entry.header();
  }

  SubtaskId subtask() {
    return journal.subtask();
  }

  boolean isFirst() {
    return journal.entries().isEmpty();
  }

  /** The header of the entry before; there is one unless the entry is the first. */
  Header before() {
    return journal.head();
  }

  /** Whether the entry gives a shard its state that the coordinator has opened in this epoch. */
  boolean isOpenedForRestore() {
    Header before = before();
    return before.revision().equals(new Revision(1))
        && before.writer() == Entry.Writer.COORDINATOR
        && before.suspended()
        && before.epoch().equals(header().epoch());
  }

  /**
   * Whether the shard may continue with later records after the previous entry, because a user
   * accepts that records are missing. A shard that gets its first records while the job is halted
   * begins with those that are left: a job that was halted for so long is resumed only by a user
   * who accepts that.
   */
  boolean mayPassOver() {
    Header before = before();
    boolean isFirstRecord =
        before.position() instanceof Position.Beginning && before.firstApplied().isEmpty();
    return before.following().mayBeMissing() || isFirstRecord;
  }
}
