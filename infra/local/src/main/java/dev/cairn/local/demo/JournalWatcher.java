package dev.cairn.local.demo;

import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal.Append;

/** Observes the entries that a process appends, and may disturb the process. */
interface JournalWatcher {

  /**
   * Called right before the request is sent. May block, or throw {@link
   * dev.cairn.inmemory.world.Killed}.
   */
  default void before(SubtaskId subtask, Entry entry) {}

  /** Called right after the response. May block. */
  default void after(SubtaskId subtask, Entry entry, Append outcome) {}
}
