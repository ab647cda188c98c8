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
import dev.cairn.state.Channels;
import dev.cairn.state.StateDigest;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import java.time.Duration;
import java.time.Instant;
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
  private final Declines declines;

  Snapshots(
      TaskSettings settings,
      TaskPorts ports,
      StateFiles files,
      Appender appender,
      Declines declines) {
    this.settings = settings;
    this.ports = ports;
    this.files = files;
    this.appender = appender;
    this.declines = declines;
  }

  /**
   * Stores the state for the checkpoint that was asked for, if one was. False when another writer
   * went on from this state.
   */
  boolean answerTrigger(Subtask<?> subtask, Writer writer) {
    while (subtask.trigger().isPresent()) {
      Entry.Triggered trigger = subtask.trigger().get();
      EntryId attempt = ports.ids().get();
      Header head = subtask.head();
      Instant begun = ports.clock().instant();
      Stored stored;
      try {
        stored = store(subtask, trigger, attempt);
      } catch (StorageException e) {
        declines.decline(
            subtask.id(),
            trigger.checkpoint(),
            Fault.reason(e.kind()),
            "its state could not be stored: " + e.getMessage());
        return true;
      }
      Instant now = ports.clock().instant();
      Entry.Snapshotted entry =
          new Entry.Snapshotted(
              head.next(attempt, writer, now).with(trigger.checkpoint()),
              trigger.checkpoint(),
              subtask.origin(),
              stored.handle(),
              Channels.EMPTY);
      Acknowledgement.Acknowledged acknowledgement =
          stored
              .acknowledgement()
              .with(StateDigest.of(head.position(), head.counts(), stored.handle().manifest()))
              .with(Acknowledgement.Timing.between(trigger.header().writtenAt(), begun, now));
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

  /**
   * The same at the beginning of an invocation. One that has no time left by then has spent it on
   * loading the state, as every other will, and could only be cut off while it stores the state.
   */
  boolean answerTriggerFirst(Subtask<?> subtask, Writer writer, Deadline deadline) {
    if (subtask.trigger().isEmpty()) {
      return true;
    }
    Duration left = deadline.remaining();
    if (left.compareTo(settings.margin()) > 0) {
      return answerTrigger(subtask, writer);
    }
    declines.decline(
        subtask.id(),
        subtask.trigger().get().checkpoint(),
        FailureReason.SUBTASK_TIMEOUT,
        "when its state was loaded, its invocation had "
            + left.toMillis()
            + " ms left of its time, too little to store it");
    return true;
  }

  /** What the journal refers to, and what the checkpoint does. */
  private record Stored(StateHandle handle, Acknowledgement.Acknowledged acknowledgement) {}

  private Stored store(Subtask<?> subtask, Entry.Triggered trigger, EntryId attempt) {
    SubtaskId id = subtask.id();
    CheckpointId checkpoint = trigger.checkpoint();
    if (trigger.savepoint().isEmpty()) {
      StateFiles.Snapshot snapshot =
          write(
              subtask,
              attempt,
              Layout.state(id, checkpoint, subtask.head().revision(), attempt),
              trigger.isFull());
      return new Stored(
          snapshot.handle(),
          acknowledged(
              id,
              checkpoint,
              snapshot.stateFile(),
              snapshot.fullSizeBytes(),
              snapshot.incrementalSizeBytes()));
    }
    // The user may delete a savepoint at any time, so the journal has files of its own to go on
    // from.
    StateFiles.Snapshot own =
        write(subtask, attempt, Layout.state(id, subtask.head().revision(), attempt), false);
    StateFiles.Savepoint savepoint =
        files.writeSavepoint(subtask, attempt, trigger.savepoint().get());
    return new Stored(
        own.handle(),
        acknowledged(
            id,
            checkpoint,
            savepoint.stateFile(),
            savepoint.sizeBytes(),
            savepoint.sizeBytes() + own.incrementalSizeBytes()));
  }

  private static Acknowledgement.Acknowledged acknowledged(
      SubtaskId id, CheckpointId checkpoint, FileRef stateFile, long full, long incremental) {
    return new Acknowledgement.Acknowledged(
        id, checkpoint, Optional.of(stateFile), full, incremental);
  }

  /** What a restore has lent is not built upon, nor what holds more than the state does. */
  private StateFiles.Snapshot write(
      Subtask<?> subtask, EntryId attempt, FilePath stateFile, boolean isFull) {
    return isFull || subtask.isToBeRewritten()
        ? files.writeWholeSnapshot(subtask, attempt, stateFile)
        : files.writeSnapshot(subtask, attempt, stateFile);
  }

  private Append appendSnapshot(
      SubtaskId id, Entry.Snapshotted entry, Acknowledgement.Acknowledged acknowledgement) {
    Append both = ports.journal().append(id, entry, acknowledgement);
    return both == Append.ACKNOWLEDGED_ALREADY ? ports.journal().append(id, entry) : both;
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
          write(subtask, attempt, Layout.state(subtask.id(), head.revision(), attempt), false);
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
