package dev.cairn.coordinator.checkpointing;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.checkpointing.CheckpointDecisions.Resolution;
import dev.cairn.coordinator.collecting.CollectionDecisions;
import dev.cairn.coordinator.collecting.GarbageCollection;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.journals.LiveCheckpoints;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Completes or aborts pending checkpoints, and subsumes the checkpoints that they replace. */
public final class CheckpointCompletion {
  // Of thousands of subtasks without an acknowledgement, only a few journals are read for the
  // reason.
  private static final int LOOKED_AT = 16;

  private final CoordinatorPorts ports;
  private final CheckpointDecisions decisions;
  private final CheckpointGuards guards;
  private final LiveCheckpoints live;
  private final JournalTails tails;
  private final AckTally tally;
  private final GarbageCollection collection;

  public CheckpointCompletion(
      CoordinatorPorts ports,
      CheckpointDecisions decisions,
      CheckpointGuards guards,
      LiveCheckpoints live,
      JournalTails tails,
      AckTally tally,
      GarbageCollection collection) {
    this.ports = ports;
    this.decisions = decisions;
    this.guards = guards;
    this.live = live;
    this.tails = tails;
    this.tally = tally;
    this.collection = collection;
  }

  /**
   * Handles the event that subtasks have acknowledged. The event is only a hint; the table is read.
   */
  public void acknowledged(Job job, Event.Acknowledged event) {
    pending(job, event.checkpoint())
        .filter(pending -> tally.isWorthReading(pending, event))
        .ifPresent(pending -> settle(job, pending));
  }

  /**
   * Handles the event that a subtask has declined, so that the other subtasks need not be waited
   * for. The event is only a hint; the table is read.
   */
  public void declined(Job job, CheckpointId id) {
    pending(job, id).ifPresent(pending -> settle(job, pending));
  }

  private Optional<Checkpoint.Pending> pending(Job job, CheckpointId id) {
    return ports
        .checkpoints()
        .checkpoint(job.id(), id)
        .filter(Checkpoint.Pending.class::isInstance)
        .map(Checkpoint.Pending.class::cast);
  }

  public void settleAll(Job job) {
    List<Checkpoint.Pending> all = Checkpoint.pending(live.of(job.id()));
    tally.retain(job.id(), all);
    for (Checkpoint.Pending pending : all) {
      settle(job, pending);
    }
  }

  /** Commits a checkpoint that is complete, aborts one that cannot be, and leaves the others. */
  void settle(Job job, Checkpoint.Pending pending) {
    List<Acknowledgement> acknowledgements = ports.checkpoints().acknowledgements(pending);
    tally.read(pending, acknowledgements);
    Instant now = ports.clock().instant();
    switch (decisions.resolve(job, pending, acknowledgements, now)) {
      case Resolution.Waiting w -> {}
      case Resolution.Abort abort ->
          abort(pending, now, explained(pending, acknowledgements, abort.failure()));
      case Resolution.Complete complete -> commit(job, pending, complete.acknowledgements());
    }
  }

  /** Looks in the journals of subtasks without an acknowledgement for the reason. */
  private Failure explained(
      Checkpoint.Pending pending, List<Acknowledgement> acknowledgements, Failure failure) {
    if (failure.reason() != FailureReason.EXPIRED) {
      return failure;
    }
    Set<SubtaskId> acknowledged =
        acknowledgements.stream().map(Acknowledgement::subtask).collect(Collectors.toSet());
    return pending.subtasks().stream()
        .filter(subtask -> !acknowledged.contains(subtask))
        .limit(LOOKED_AT)
        .flatMap(silent -> explained(pending, silent, failure).stream())
        .findFirst()
        .orElse(failure);
  }

  private Optional<Failure> explained(
      Checkpoint.Pending pending, SubtaskId silent, Failure expired) {
    try {
      return tails
          .of(silent)
          .flatMap(tail -> MissingAckExplanation.explain(pending, tail, expired));
    } catch (RuntimeException e) {
      // The checkpoint has expired in any case; an unreadable journal must not keep it pending.
      return Optional.empty();
    }
  }

  private void abort(Checkpoint.Pending pending, Instant now, Failure failure) {
    Checkpoint.Aborted aborted = new Checkpoint.Aborted(pending.trigger(), now, failure);
    tally.forget(pending);
    if (ports.checkpoints().abort(aborted)) {
      int inARow = CheckpointDecisions.failedInARow(live.of(pending.job()));
      ports.announcer().announce(new Announcement.Aborted(aborted, inARow));
    }
  }

  private void commit(
      Job job, Checkpoint.Pending pending, List<Acknowledgement.Acknowledged> acknowledgements) {
    CheckpointMetadata metadata = new CheckpointMetadata(pending.trigger(), acknowledgements);
    FilePath path =
        pending
            .trigger()
            .savepoint()
            .map(savepoint -> Layout.metadataIn(savepoint.directory()))
            .orElseGet(() -> Layout.metadata(job.id(), pending.id()));
    byte[] bytes =
        pending.isSavepoint()
            ? CheckpointFormat.write(metadata, path)
            : CheckpointFormat.write(metadata);
    Instant now = ports.clock().instant();
    if (ports.storage().put(path, bytes, Sha256.of(bytes)) == FileStorage.Put.ALREADY_EXISTS
        && !ports
            .storage()
            .get(path)
            .filter(there -> guards.isWritten().test(there, bytes))
            .isPresent()) {
      abort(
          pending,
          now,
          Failure.of(
              FailureReason.CONFLICT,
              path + " exists with other content; no checkpoint refers to it"));
      return;
    }
    // Until this transaction nothing refers to the checkpoint; after it, everything does.
    Checkpoint.Completed completed =
        new Checkpoint.Completed(
            pending.trigger(),
            now,
            new FileRef(path, bytes.length, Sha256.of(bytes)),
            metadata.fullSizeBytes(),
            metadata.incrementalSizeBytes(),
            Checkpoint.AckTimes.of(acknowledgements),
            Optional.of(metadata.states()));
    tally.forget(pending);
    if (ports.checkpoints().complete(completed)) {
      ports.announcer().announce(new Announcement.Completed(completed));
      if (!completed.isSavepoint()) {
        abortEarlier(completed, now);
      }
      retire(job);
    }
  }

  /** Aborts checkpoints that were pending before the completed one. */
  private void abortEarlier(Checkpoint.Completed completed, Instant now) {
    for (Checkpoint.Pending pending : Checkpoint.pending(live.of(completed.job()))) {
      if (guards.isSubsumed().test(pending, completed.id())) {
        abort(pending, now, CheckpointDecisions.subsumed(completed.id()));
      }
    }
  }

  /** Subsumes older checkpoints, and collects files and entries that are no longer needed. */
  private void retire(Job job) {
    for (Checkpoint.Completed subsumed :
        CollectionDecisions.subsumed(job, live.of(job.id()), job.settings().numRetained())) {
      ports.checkpoints().subsume(subsumed, job.epoch());
    }
    collection.collect(job.id());
  }

  /** Deletes a cancelled job's checkpoints if they are not to be retained. Savepoints remain. */
  public void deleteAll(Job job) {
    for (Checkpoint.Completed completed : CollectionDecisions.subsumed(job, live.of(job.id()), 0)) {
      ports.checkpoints().subsume(completed, job.epoch());
    }
    collection.collect(job.id());
  }
}
