package dev.cairn.coordinator.checkpointing;

import dev.cairn.coordinator.journals.JournalTail;

/** A pending checkpoint's request of one subtask, decided from the subtask's journal. */
public sealed interface SubtaskRequest {
  /** The journal from which the request was decided, and at whose head it is appended. */
  JournalTail tail();

  /**
   * Requests a snapshot by a {@code Triggered} entry.
   *
   * @param wakes whether no task is at work that would read the entry
   */
  record Trigger(JournalTail tail, boolean wakes) implements SubtaskRequest {}

  /**
   * The coordinator appends the snapshot with the base's files and acknowledges, because the state
   * is unchanged since the base.
   */
  record CarryForward(JournalTail tail) implements SubtaskRequest {}

  /**
   * Invokes the task, which was triggered and has not acknowledged, because nothing else invokes
   * it.
   */
  record Wake(JournalTail tail) implements SubtaskRequest {}
}
