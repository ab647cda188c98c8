package dev.cairn.task;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
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
  private final TaskDecisions decisions;
  private final SubtaskCache<?> memory;

  Snapshots(
      TaskSettings settings,
      TaskPorts ports,
      StateFiles files,
      Appender appender,
      Declines declines,
      TaskDecisions decisions,
      SubtaskCache<?> memory) {
    this.settings = settings;
    this.ports = ports;
    this.decisions = decisions;
    this.memory = memory;
    this.files = files;
    this.appender = appender;
    this.declines = declines;
  }

  /**
   * Decides at the beginning of an invocation whether the pending trigger is still to be answered.
   * A trigger whose checkpoint is over is dropped. One that cannot be answered in this invocation's
   * time is declined, so that its checkpoint fails with a cause, and records go on.
   *
   * @param wasCutOff whether an earlier invocation ended before it had stored its snapshot for this
   *     trigger
   */
  void weighTrigger(Subtask<?> subtask, boolean wasCutOff, Deadline deadline) {
    if (subtask.trigger().isEmpty()) {
      return;
    }
    Entry.Triggered trigger = subtask.trigger().get();
    boolean isSlow = false;
    if (wasCutOff
        || decisions.mayBeOver(trigger, subtask.unansweredBefore(), ports.clock().instant())) {
      try {
        if (decisions.isOver(trigger, checkpoint(subtask, trigger))) {
          subtask.dropTrigger();
          return;
        }
        isSlow = subtask.triggerBefore().filter(one -> wasTooSlow(subtask, one)).isPresent();
      } catch (OutcomeUnknownException e) {
        // Without an answer of the table the checkpoint is taken to be pending.
      }
    }
    Duration left = deadline.remaining();
    if (left.compareTo(settings.margin()) <= 0) {
      decline(
          subtask,
          "when its state was loaded, its invocation had "
              + left.toMillis()
              + " ms left of its time, too little to store it");
    } else if (wasCutOff) {
      decline(
          subtask,
          "an earlier invocation had applied its records, and ended before its state of about "
              + megabytes(subtask.retainedBytes())
              + " was stored");
    } else if (isSlow
        && trigger.savepoint().isEmpty()
        && !decisions.triesSlowSnapshot(subtask.unansweredBefore())) {
      decline(
          subtask,
          "the last "
              + subtask.unansweredBefore()
              + " snapshots of its state of about "
              + megabytes(subtask.retainedBytes())
              + " did not fit into an invocation, and records go first now; another attempt follows"
              + " with one of the next checkpoints");
    }
  }

  private Optional<Checkpoint> checkpoint(Subtask<?> subtask, Entry.Triggered trigger) {
    return ports.checkpoints().checkpointUnlisted(subtask.id().job(), trigger.checkpoint());
  }

  private boolean wasTooSlow(Subtask<?> subtask, Entry.Triggered before) {
    return checkpoint(subtask, before)
        .filter(Checkpoint.Aborted.class::isInstance)
        .map(Checkpoint.Aborted.class::cast)
        .map(Checkpoint.Aborted::failure)
        .filter(failure -> failure.reason() == FailureReason.SUBTASK_TIMEOUT)
        .filter(failure -> failure.subtask().equals(Optional.of(subtask.id())))
        .isPresent();
  }

  private void decline(Subtask<?> subtask, String message) {
    decline(subtask, FailureReason.SUBTASK_TIMEOUT, message);
  }

  private void decline(Subtask<?> subtask, FailureReason reason, String message) {
    declines.decline(subtask.id(), subtask.trigger().orElseThrow().checkpoint(), reason, message);
    subtask.dropTrigger();
  }

  private static String megabytes(long bytes) {
    return bytes < 1_000_000 ? bytes / 1000 + " kB" : bytes / 1_000_000 + " MB";
  }

  /**
   * Stores the state for the checkpoint that was asked for, if one was and there is time. False
   * when another writer went on from this state.
   */
  boolean answerTrigger(Subtask<?> subtask, Writer writer, Deadline deadline) {
    SnapshotTime time = new SnapshotTime(deadline, settings.margin());
    // Without time left the trigger stays for the next invocation, which begins with it in mind.
    while (subtask.trigger().isPresent() && !time.isOver()) {
      Entry.Triggered trigger = subtask.trigger().get();
      EntryId attempt = ports.ids().get();
      Header head = subtask.head();
      Instant begun = ports.clock().instant();
      Duration available = time.left();
      Stored stored;
      try {
        stored = store(subtask, trigger, attempt, time);
      } catch (SnapshotTime.OverException e) {
        decline(subtask, tooSlow(subtask, available));
        return true;
      } catch (StorageException e) {
        if (time.isOver()) {
          decline(subtask, tooSlow(subtask, available) + ": " + e.getMessage());
        } else {
          decline(
              subtask, Fault.reason(e.kind()), "its state could not be stored: " + e.getMessage());
        }
        return true;
      } catch (OutOfMemoryError e) {
        if (!memory.isAlone(subtask)) {
          // The others are let go, and the invocation begins again.
          throw e;
        }
        decline(
            subtask,
            FailureReason.OUT_OF_MEMORY,
            "there was no memory to store its state of about "
                + megabytes(subtask.retainedBytes())
                + ": "
                + e);
        return true;
      }
      Instant now = ports.clock().instant();
      Entry.Snapshotted entry =
          new Entry.Snapshotted(
              head.next(attempt, writer, now)
                  .with(trigger.checkpoint())
                  .withHeapUse(memory.noteworthyUse(subtask)),
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

  private static String tooSlow(Subtask<?> subtask, Duration available) {
    return "its state of about "
        + megabytes(subtask.retainedBytes())
        + " could not be stored in the "
        + available.toMillis()
        + " ms that its invocation had left";
  }

  /** What the journal refers to, and what the checkpoint does. */
  private record Stored(StateHandle handle, Acknowledgement.Acknowledged acknowledgement) {}

  private Stored store(
      Subtask<?> subtask, Entry.Triggered trigger, EntryId attempt, SnapshotTime time) {
    SubtaskId id = subtask.id();
    CheckpointId checkpoint = trigger.checkpoint();
    if (trigger.savepoint().isEmpty()) {
      StateFiles.Snapshot snapshot =
          write(
              subtask,
              attempt,
              Layout.state(id, checkpoint, subtask.head().revision(), attempt),
              trigger.isFull(),
              time);
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
        write(subtask, attempt, Layout.state(id, subtask.head().revision(), attempt), false, time);
    StateFiles.Savepoint savepoint =
        files.writeSavepoint(subtask, attempt, trigger.savepoint().get(), time);
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
      Subtask<?> subtask, EntryId attempt, FilePath stateFile, boolean isFull, SnapshotTime time) {
    return isFull || subtask.isToBeRewritten()
        ? files.writeWholeSnapshot(subtask, attempt, stateFile, time)
        : files.writeSnapshot(subtask, attempt, stateFile, time);
  }

  private Append appendSnapshot(
      SubtaskId id, Entry.Snapshotted entry, Acknowledgement.Acknowledged acknowledgement) {
    Append both = ports.journal().append(id, entry, acknowledgement);
    return both == Append.ACKNOWLEDGED_ALREADY ? ports.journal().append(id, entry) : both;
  }

  /**
   * Writes a base if the journal has grown long since the last one, and there is time. False when
   * another writer went on from this state.
   */
  boolean materializeIfDue(Subtask<?> subtask, Writer writer, Deadline deadline) {
    SnapshotTime time = new SnapshotTime(deadline, settings.margin());
    if (!isMaterializationDue(subtask) || time.isOver()) {
      return true;
    }
    EntryId attempt = ports.ids().get();
    Header head = subtask.head();
    StateFiles.Snapshot snapshot;
    try {
      snapshot =
          write(
              subtask, attempt, Layout.state(subtask.id(), head.revision(), attempt), false, time);
    } catch (StorageException | SnapshotTime.OverException e) {
      // Nothing depends on this base: it is tried again as the journal grows.
      return true;
    } catch (OutOfMemoryError e) {
      if (!memory.isAlone(subtask)) {
        throw e;
      }
      return true;
    }
    Entry.Materialized entry =
        new Entry.Materialized(
            head.next(attempt, writer, ports.clock().instant())
                .withHeapUse(memory.noteworthyUse(subtask)),
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

  private boolean isMaterializationDue(Subtask<?> subtask) {
    return decisions.isLong(subtask.deltasSinceBase(), settings.materializeAfterEntries())
        || decisions.isLarge(
            subtask.deltaBytesSinceBase(),
            settings.materializeAfterBytes(),
            subtask.entriesSinceDoubled());
  }
}
