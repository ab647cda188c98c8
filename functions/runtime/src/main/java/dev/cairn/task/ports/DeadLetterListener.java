package dev.cairn.task.ports;

import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry.DeadLetter;
import java.util.List;

/** Is notified of dead letters after they are journalled; nothing waits for it. */
@FunctionalInterface
public interface DeadLetterListener {
  DeadLetterListener SILENT = (subtask, letters) -> {};

  /**
   * Called after the entry that counts them was appended.
   *
   * @param letters the dead letters, at least one
   */
  void setAside(SubtaskId subtask, List<DeadLetter> letters);
}
