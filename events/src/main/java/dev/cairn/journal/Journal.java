package dev.cairn.journal;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import java.time.Instant;
import java.util.List;

/**
 * The journals of all subtasks. An entry is put at its revision if nothing is there: that one
 * condition is the commit, the lock and the fence.
 *
 * <p>Reads are consistent and return all pages. An append may throw {@link
 * OutcomeUnknownException}; the writer then reads the revision, and recognizes its own entry by its
 * id.
 */
public interface Journal {

  /** Returns the entries after this revision, in order. */
  List<Entry> after(SubtaskId subtask, Revision revision);

  /** Returns the entries from the last base on, in order; none if the subtask was never opened. */
  List<Entry> fromLastBase(SubtaskId subtask);

  /** Appends at the entry's revision, if nothing is there. */
  Append append(SubtaskId subtask, Entry entry);

  /** Appends an entry and writes an acknowledgement in one transaction. */
  Append append(
      SubtaskId subtask, Entry.Snapshotted entry, Acknowledgement.Acknowledged acknowledgement);

  /**
   * Appends the first entry and registers the subtask with its job, if the job still has the
   * entry's epoch.
   */
  Append open(SubtaskId subtask, Entry.Opened entry);

  /**
   * Sets the expiry of all entries below this revision that have none yet.
   *
   * @return how many were marked
   */
  int expireBelow(SubtaskId subtask, Revision base, Instant at);

  /** The outcome of an append. */
  enum Append {
    APPENDED,
    /** The revision already has an entry, by any writer. */
    TAKEN,
    /** The revision is free, but the checkpoint has an acknowledgement of this subtask. */
    ACKNOWLEDGED_ALREADY,
    /** The revision is free, but the job has another epoch. */
    EPOCH_MOVED
  }
}
