package dev.cairn.journal;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import java.time.Instant;
import java.util.List;
import java.util.Map;

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
   * Opens a subtask at the entry's revision, if nothing is there, and registers it with its job, if
   * the job still has the entry's epoch.
   */
  default Append open(SubtaskId subtask, Entry.Base entry) {
    return open(subtask, entry, Map.of());
  }

  /**
   * Opens a subtask as {@link #open(SubtaskId, Entry.Base)} does, and closes shards that nobody can
   * read any more in the same transaction, if they have no journal.
   *
   * @param unread the first entries of those shards' journals; at most a few
   * @return {@link Append#TAKEN} also if one of these shards has a journal
   */
  Append open(SubtaskId subtask, Entry.Base entry, Map<SubtaskId, Entry.Closed> unread);

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
