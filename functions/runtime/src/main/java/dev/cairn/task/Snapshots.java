package dev.cairn.task;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.journalling.Declines;
import dev.cairn.task.journalling.Fault;
import dev.cairn.task.journalling.JournalSession;
import dev.cairn.task.journalling.JournalSession.Result;
import dev.cairn.task.journalling.Proposal.Closing;
import dev.cairn.task.journalling.Proposal.Materialization;
import dev.cairn.task.journalling.Proposal.Snapshot;
import dev.cairn.task.journalling.StoredSnapshot;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.subtask.SnapshotTime;
import dev.cairn.task.subtask.StateFiles;
import dev.cairn.task.subtask.Subtask;
import dev.cairn.task.subtask.SubtaskCache;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Stores a subtask's state: for a triggered checkpoint, or on the task's own decision to keep its
 * journal short.
 */
final class Snapshots {
  private final TaskSettings settings;
  private final TaskPorts ports;
  private final StateFiles files;
  private final JournalSession session;
  private final Declines declines;
  private final TaskDecisions decisions;
  private final SubtaskCache<?> memory;

  Snapshots(
      TaskSettings settings,
      TaskPorts ports,
      StateFiles files,
      JournalSession session,
      Declines declines,
      TaskDecisions decisions,
      SubtaskCache<?> memory) {
    this.settings = settings;
    this.ports = ports;
    this.decisions = decisions;
    this.memory = memory;
    this.files = files;
    this.session = session;
    this.declines = declines;
  }

  /**
   * Decides at the beginning of an invocation whether the pending trigger is still to be
   * acknowledged. A trigger whose checkpoint has ended is dropped. A trigger that cannot be
   * acknowledged in this invocation's time is declined, so that its checkpoint fails with a reason,
   * and records continue.
   *
   * @param first the first record of the invocation's batch; empty if it was woken
   */
  void checkPendingTrigger(
      Invocation<?> invocation, Subtask<?> subtask, Optional<UserRecord> first) {
    Deadline deadline = invocation.deadline();
    boolean wasCutOff = first.filter(record -> wasCutOff(subtask, record, deadline)).isPresent();
    if (subtask.trigger().isEmpty()) {
      return;
    }
    Entry.Triggered trigger = subtask.trigger().get();
    boolean isSlow = false;
    if (wasCutOff
        || decisions.mayHaveEnded(
            trigger, subtask.unacknowledgedBefore(), ports.clock().instant())) {
      try {
        if (isOver(subtask.id(), trigger)) {
          subtask.dropTrigger();
          return;
        }
        isSlow = subtask.triggerBefore().filter(one -> wasTooSlow(subtask, one)).isPresent();
      } catch (OutcomeUnknownException e) {
        // If the table does not respond, the checkpoint is assumed to be pending.
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
        && !decisions.triesSlowSnapshot(subtask.unacknowledgedBefore())) {
      decline(
          subtask,
          "the last "
              + subtask.unacknowledgedBefore()
              + " snapshots of its state of about "
              + megabytes(subtask.retainedBytes())
              + " did not fit into an invocation, and records have priority now; another"
              + " attempt follows with one of the next checkpoints");
    }
  }

  /**
   * Whether an earlier invocation for this batch, or for this gap, applied records after the
   * trigger and reached its time-out before its snapshot was stored. The mapping has one invocation
   * of a shard at a time. An invocation that ended sooner had another reason, and the next one may
   * be able to store the snapshot. The same holds while a record that ends the process is searched
   * for.
   */
  private boolean wasCutOff(Subtask<?> subtask, UserRecord first, Deadline deadline) {
    boolean isRedelivered = !subtask.head().position().isBefore(first.position());
    if (!subtask.hasAdvancedSinceTrigger()
        || subtask.head().isolation().isPresent()
        || !(isRedelivered || subtask.head().hasGap())) {
      return false;
    }
    Duration since =
        Duration.between(subtask.lastAdvancedAt().orElseThrow(), ports.clock().instant());
    return since.multipliedBy(2).compareTo(deadline.remaining()) >= 0;
  }

  /**
   * Returns how much of an invocation's time is reserved for storing the state: half of it, if a
   * snapshot was triggered or a base is due. Records come first, because an invocation may end
   * while it stores the state, and so may the next one.
   */
  Duration time(Subtask<?> subtask, Deadline deadline) {
    return isToBeStored(subtask)
        ? deadline.remaining().dividedBy(2)
        : settings.margin().multipliedBy(2);
  }

  /**
   * Whether the state must be stored before further records are applied.
   *
   * @param time how much of the invocation's time is left for it
   */
  boolean isDue(Subtask<?> subtask, Deadline deadline, Duration time) {
    return isToBeStored(subtask) && deadline.remaining().compareTo(time) <= 0;
  }

  private boolean isToBeStored(Subtask<?> subtask) {
    return subtask.trigger().isPresent() || isMaterializationDue(subtask);
  }

  /**
   * Stores the state for a triggered checkpoint, or as a base if the journal has grown long, as far
   * as the time suffices. Returns false if another writer has continued from this state.
   */
  boolean store(Invocation<?> invocation, Subtask<?> subtask) {
    return acknowledge(invocation, subtask) && materializeIfDue(invocation, subtask);
  }

  /** Whether a subtask's trigger needs no acknowledgement, because its checkpoint has ended. */
  boolean isOver(SubtaskId subtask, Entry.Triggered trigger) {
    return decisions.isOver(
        trigger, ports.checkpoints().checkpointUnlisted(subtask.job(), trigger.checkpoint()));
  }

  private boolean wasTooSlow(Subtask<?> subtask, Entry.Triggered before) {
    return ports
        .checkpoints()
        .checkpointUnlisted(subtask.id().job(), before.checkpoint())
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
   * Stores the state for a triggered checkpoint, if there is one and the time suffices. Returns
   * false if another writer has continued from this state.
   */
  boolean acknowledge(Invocation<?> invocation, Subtask<?> subtask) {
    SnapshotTime time = new SnapshotTime(invocation.deadline(), settings.margin());
    // Without time left the trigger remains for the next invocation, which checks it first.
    while (subtask.trigger().isPresent() && !time.isOver()) {
      Entry.Triggered trigger = subtask.trigger().get();
      EntryId attempt = ports.ids().get();
      Instant begun = ports.clock().instant();
      Optional<StoredSnapshot> stored =
          storeOrDecline(subtask, time, () -> store(subtask, trigger, attempt, time));
      if (stored.isEmpty()) {
        return true;
      }
      Snapshot snapshot = new Snapshot(subtask, attempt, trigger, stored.get(), begun);
      if (session.append(subtask, snapshot, invocation.writer()) == Result.LOST) {
        return false;
      }
      // If it was superseded, the remaining trigger, if any, is the one to acknowledge.
    }
    return true;
  }

  /**
   * Stores the state of a closed shard for a checkpoint whose files stand alone, and acknowledges
   * it. The journal gets no entry: its last base goes on to say that the shard is closed.
   *
   * @param subtask a closed one, with its trigger
   */
  void acknowledgeClosed(Invocation<?> invocation, Subtask<?> subtask) {
    SnapshotTime time = new SnapshotTime(invocation.deadline(), settings.margin());
    Entry.Triggered trigger = subtask.trigger().orElseThrow();
    EntryId attempt = ports.ids().get();
    Instant begun = ports.clock().instant();
    storeOrDecline(subtask, time, () -> storeAlone(subtask, trigger, attempt, time))
        .map(stored -> new Snapshot(subtask, attempt, trigger, stored, begun))
        .ifPresent(
            snapshot ->
                ports
                    .checkpoints()
                    .acknowledge(
                        snapshot.acknowledgement(subtask.head(), ports.clock().instant())));
  }

  private StoredSnapshot storeAlone(
      Subtask<?> subtask, Entry.Triggered trigger, EntryId attempt, SnapshotTime time) {
    SubtaskId id = subtask.id();
    if (trigger.savepoint().isPresent()) {
      StateFiles.Savepoint savepoint =
          files.writeSavepoint(subtask, attempt, trigger.savepoint().get(), time);
      return new StoredSnapshot(
          subtask.handle(),
          acknowledged(
              id,
              trigger.checkpoint(),
              savepoint.stateFile(),
              savepoint.sizeBytes(),
              savepoint.sizeBytes()));
    }
    return store(subtask, trigger, attempt, time);
  }

  /** Stores a state, or declines the checkpoint if that fails. */
  private Optional<StoredSnapshot> storeOrDecline(
      Subtask<?> subtask, SnapshotTime time, Supplier<StoredSnapshot> store) {
    Duration available = time.left();
    try {
      return Optional.of(store.get());
    } catch (SnapshotTime.SnapshotTimeoutException e) {
      decline(subtask, tooSlow(subtask, available));
    } catch (StorageException e) {
      if (time.isOver()) {
        decline(subtask, tooSlow(subtask, available) + ": " + e.getMessage());
      } else {
        decline(
            subtask, Fault.reason(e.kind()), "its state could not be stored: " + e.getMessage());
      }
    } catch (OutOfMemoryError e) {
      if (!memory.isOnlyOne(subtask)) {
        // The other states are evicted, and the invocation makes another attempt.
        throw e;
      }
      decline(
          subtask,
          FailureReason.OUT_OF_MEMORY,
          "there was no memory to store its state of about "
              + megabytes(subtask.retainedBytes())
              + ": "
              + e);
    }
    return Optional.empty();
  }

  private static String tooSlow(Subtask<?> subtask, Duration available) {
    return "its state of about "
        + megabytes(subtask.retainedBytes())
        + " could not be stored in the "
        + available.toMillis()
        + " ms that its invocation had left";
  }

  private StoredSnapshot store(
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
      return new StoredSnapshot(
          snapshot.handle(),
          acknowledged(
              id,
              checkpoint,
              snapshot.stateFile(),
              snapshot.fullSizeBytes(),
              snapshot.incrementalSizeBytes()));
    }
    // The user may delete a savepoint at any time, so the journal needs files of its own.
    StateFiles.Snapshot own =
        write(subtask, attempt, Layout.state(id, subtask.head().revision(), attempt), false, time);
    StateFiles.Savepoint savepoint =
        files.writeSavepoint(subtask, attempt, trigger.savepoint().get(), time);
    return new StoredSnapshot(
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

  /**
   * New files must not refer to files that belong to another job, or that hold more than the state.
   */
  private StateFiles.Snapshot write(
      Subtask<?> subtask, EntryId attempt, FilePath stateFile, boolean isFull, SnapshotTime time) {
    return write(subtask, attempt, stateFile, isFull, UnaryOperator.identity(), time);
  }

  /** Files that a restore has lent are not built upon, nor files that hold more than the state. */
  private StateFiles.Snapshot write(
      Subtask<?> subtask,
      EntryId attempt,
      FilePath stateFile,
      boolean isFull,
      UnaryOperator<Entry.Header> at,
      SnapshotTime time) {
    return isFull || subtask.isToBeRewritten()
        ? files.writeWholeSnapshot(subtask, attempt, stateFile, at, time)
        : files.writeSnapshot(subtask, attempt, stateFile, at, time);
  }

  /**
   * Journals that a shard is applied to its end, with the state that its children open with, if
   * there is time. A checkpoint that was triggered is acknowledged first.
   *
   * @return false if another writer went on from this state
   */
  boolean close(Invocation<?> invocation, Subtask<?> subtask) {
    SnapshotTime time = new SnapshotTime(invocation.deadline(), settings.margin());
    while (!subtask.isClosed() && !time.isOver()) {
      if (!acknowledge(invocation, subtask)) {
        return false;
      }
      EntryId attempt = ports.ids().get();
      FilePath path = Layout.state(subtask.id(), subtask.head().revision(), attempt);
      StateFiles.Snapshot stored;
      try {
        stored = write(subtask, attempt, path, false, Entry.Header::ended, time);
      } catch (SnapshotTime.SnapshotTimeoutException e) {
        // Nothing is wrong with the shard: the next wake tries again, with all of its time.
        return true;
      } catch (StorageException e) {
        if (time.isOver()) {
          return true;
        }
        throw e;
      }
      Closing closing = new Closing(subtask, attempt, stored);
      if (session.append(subtask, closing, invocation.writer()) == Result.LOST) {
        return false;
      }
    }
    if (subtask.isClosed()) {
      memory.discard(subtask.id().shard());
    }
    return true;
  }

  /**
   * Writes a base if the journal has grown long since the last one and the time suffices. Returns
   * false if another writer has continued from this state.
   */
  boolean materializeIfDue(Invocation<?> invocation, Subtask<?> subtask) {
    SnapshotTime time = new SnapshotTime(invocation.deadline(), settings.margin());
    if (!isMaterializationDue(subtask) || time.isOver()) {
      return true;
    }
    if (subtask.trigger().isPresent()) {
      // What acknowledges the checkpoint is a base as well; after another one it would be
      // forgotten.
      return acknowledge(invocation, subtask);
    }
    EntryId attempt = ports.ids().get();
    StateFiles.Snapshot snapshot;
    try {
      snapshot =
          write(
              subtask,
              attempt,
              Layout.state(subtask.id(), subtask.head().revision(), attempt),
              false,
              time);
    } catch (StorageException | SnapshotTime.SnapshotTimeoutException e) {
      // Nothing depends on this base; it is tried again when the journal has grown.
      return true;
    } catch (OutOfMemoryError e) {
      if (!memory.isOnlyOne(subtask)) {
        throw e;
      }
      return true;
    }
    Materialization materialization = new Materialization(subtask, attempt, snapshot);
    return session.append(subtask, materialization, invocation.writer()) != Result.LOST;
  }

  private boolean isMaterializationDue(Subtask<?> subtask) {
    return decisions.isLong(subtask.deltasSinceBase(), settings.materializeAfterEntries())
        || decisions.isLarge(
            subtask.deltaBytesSinceBase(),
            settings.materializeAfterBytes(),
            subtask.deltaBytesBeforeTries());
  }
}
