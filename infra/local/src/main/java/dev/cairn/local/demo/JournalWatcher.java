package dev.cairn.local.demo;

import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal.Append;

/** Sees what a process appends to the journals, and may do something to that process. */
interface JournalWatcher {

  /**
   * Right before the request goes out. May block, or throw {@link dev.cairn.inmemory.world.Killed}.
   */
  default void before(SubtaskId subtask, Entry entry) {}

  /** Right after the answer came in. May block. */
  default void after(SubtaskId subtask, Entry entry, Append outcome) {}
}
