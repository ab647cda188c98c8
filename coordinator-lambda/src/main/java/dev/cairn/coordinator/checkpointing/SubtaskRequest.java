package dev.cairn.coordinator.checkpointing;

import dev.cairn.coordinator.journals.JournalTail;

/** What a pending checkpoint needs done for one subtask, given the subtask's journal. */
public sealed interface SubtaskRequest {
  /** The journal from which the request was decided, and at whose head it is appended. */
  JournalTail tail();

  /**
   * The subtask has to take a snapshot, which a {@code Triggered} entry tells it.
   *
   * @param wakes whether no task is at work that would read the entry
   */
  record Trigger(JournalTail tail, boolean wakes) implements SubtaskRequest {}

  /**
   * The subtask's state is that of its last base: the coordinator appends the snapshot, with the
   * base's files, and acknowledges.
   */
  record CarryForward(JournalTail tail) implements SubtaskRequest {}

  /** The subtask knows of the checkpoint, has not acknowledged, and nothing else invokes it. */
  record Wake(JournalTail tail) implements SubtaskRequest {}
}
