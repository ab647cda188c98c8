package dev.cairn.task.ports;

import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry.DeadLetter;
import java.util.List;

/** Hears of records that were set aside, once the journal has them; nothing waits for it. */
@FunctionalInterface
public interface DeadLetterListener {
  DeadLetterListener SILENT = (subtask, letters) -> {};

  /**
   * Called after the entry that counts them was appended.
   *
   * @param letters at least one
   */
  void setAside(SubtaskId subtask, List<DeadLetter> letters);
}
