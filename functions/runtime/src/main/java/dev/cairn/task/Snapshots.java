package dev.cairn.task;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Journal.Append;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.state.Channels;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import java.util.Optional;

/**
 * Stores a subtask's state: for the checkpoint that was asked for, and of the task's own accord, so
 * that its journal stays short.
 */
final class Snapshots {
  private final TaskSettings settings;
  private final TaskPorts ports;
  private final StateFiles files;
  private final Appender appender;

  Snapshots(TaskSettings settings, TaskPorts ports, StateFiles files, Appender appender) {
    this.settings = settings;
    this.ports = ports;
    this.files = files;
    this.appender = appender;
  }

  /**
   * Stores the state for the checkpoint that was asked for, if one was. False when another writer
   * went on from this state.
   */
  boolean answerTrigger(Subtask<?> subtask, Writer writer) {
    while (subtask.trigger().isPresent()) {
      CheckpointId checkpoint = subtask.trigger().get().checkpoint();
      EntryId attempt = ports.ids().get();
      Header head = subtask.head();
      StateFiles.Snapshot snapshot;
      try {
        snapshot =
            files.writeSnapshot(
                subtask, attempt, Layout.state(subtask.id(), checkpoint, head.revision(), attempt));
      } catch (StorageException e) {
        decline(subtask.id(), checkpoint, e);
        return true;
      }
      Entry.Snapshotted entry =
          new Entry.Snapshotted(
              head.next(attempt, writer, ports.clock().instant()).with(checkpoint),
              checkpoint,
              subtask.origin(),
              snapshot.handle(),
              Channels.EMPTY);
      Acknowledgement.Acknowledged acknowledgement =
          new Acknowledgement.Acknowledged(
              subtask.id(),
              checkpoint,
              Optional.of(snapshot.stateFile()),
              snapshot.fullSizeBytes(),
              snapshot.incrementalSizeBytes());
      switch (appender.append(
          subtask, entry, () -> appendSnapshot(subtask.id(), entry, acknowledgement))) {
        case COMMITTED -> subtask.adopt(entry);
        case LOST -> {
          return false;
        }
        case REBASE, PREPARE_ANEW, NOT_THERE -> {
          // A later checkpoint was asked for meanwhile, or another writer has answered: the trigger
          // that is left, if one is, is the one to answer.
        }
      }
    }
    return true;
  }

  private Append appendSnapshot(
      SubtaskId id, Entry.Snapshotted entry, Acknowledgement.Acknowledged acknowledgement) {
    Append both = ports.journal().append(id, entry, acknowledgement);
    return both == Append.ACKNOWLEDGED_ALREADY ? ports.journal().append(id, entry) : both;
  }

  private void decline(SubtaskId id, CheckpointId checkpoint, StorageException cause) {
    try {
      ports
          .checkpoints()
          .acknowledge(
              new Acknowledgement.Declined(
                  id,
                  checkpoint,
                  FailureReason.STORAGE,
                  "its state could not be stored: " + cause.getMessage()));
    } catch (OutcomeUnknownException e) {
      // The checkpoint times out instead.
    }
  }

  /**
   * Writes a base if the journal has grown long since the last one. False when another writer went
   * on from this state.
   */
  boolean materializeIfDue(Subtask<?> subtask, Writer writer) {
    if (subtask.deltasSinceBase() < settings.materializeAfterEntries()
        && subtask.deltaBytesSinceBase() < settings.materializeAfterBytes()) {
      return true;
    }
    EntryId attempt = ports.ids().get();
    Header head = subtask.head();
    StateFiles.Snapshot snapshot;
    try {
      snapshot =
          files.writeSnapshot(
              subtask, attempt, Layout.state(subtask.id(), head.revision(), attempt));
    } catch (StorageException e) {
      // Nothing depends on this base: the next invocation tries again.
      return true;
    }
    Entry.Materialized entry =
        new Entry.Materialized(
            head.next(attempt, writer, ports.clock().instant()),
            subtask.origin(),
            snapshot.handle(),
            Channels.EMPTY);
    return switch (appender.append(
        subtask, entry, () -> ports.journal().append(subtask.id(), entry))) {
      case COMMITTED -> {
        subtask.adopt(entry);
        yield true;
      }
      case REBASE, PREPARE_ANEW, NOT_THERE -> true;
      case LOST -> false;
    };
  }
}
