package dev.cairn.task;

import dev.cairn.task.journalling.DeadLetters;
import dev.cairn.task.journalling.JournalSession;
import dev.cairn.task.journalling.UncommittedBatch;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.subtask.StateFiles;
import dev.cairn.task.subtask.Subtask;

/** Creates batches of records that one journal entry commits. */
final class UncommittedBatches<E> {
  private final TaskSettings settings;
  private final TaskPorts ports;
  private final StateFiles files;
  private final JournalSession session;
  private final DeadLetters deadLetters;

  UncommittedBatches(
      TaskSettings settings, TaskPorts ports, StateFiles files, JournalSession session) {
    this.settings = settings;
    this.ports = ports;
    this.files = files;
    this.session = session;
    this.deadLetters = new DeadLetters(ports.storage(), ports.clock());
  }

  UncommittedBatch<E> begin(Invocation<E> invocation, Subtask<E> subtask) {
    UncommittedBatch<E> work =
        new UncommittedBatch<>(settings, ports, files, session, deadLetters, subtask);
    invocation.begins(work);
    return work;
  }
}
