package dev.cairn.job;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A job's item: the little that all of it agrees on.
 *
 * @param next the id that the next checkpoint gets
 * @param latest the last completed checkpoint; savepoints are none
 * @param undo the latest when the last restore began: where its undoing leads
 * @param restoreCheckpointId what a user asks to have restored, as it was typed
 * @param command what else a user asks for, as it was typed
 * @param refusal why the last request was refused
 * @param pinned the checkpoints that a user has pinned: nothing subsumes or disposes of them
 */
public record Job(
    JobId id,
    JobStatus status,
    Epoch epoch,
    CheckpointId next,
    Optional<CheckpointId> latest,
    Optional<CheckpointId> undo,
    CheckpointSettings settings,
    Optional<String> restoreCheckpointId,
    Optional<String> command,
    Optional<Refusal> refusal,
    SortedSet<CheckpointId> pinned) {
  /** How many checkpoints may be pinned: each is read by itself at every look at the job's. */
  public static final int MOST_PINNED = 50;

  public Job {
    pinned = Collections.unmodifiableSortedSet(new TreeSet<>(pinned));
  }

  /** A job without a pinned checkpoint. */
  public Job(
      JobId id,
      JobStatus status,
      Epoch epoch,
      CheckpointId next,
      Optional<CheckpointId> latest,
      Optional<CheckpointId> undo,
      CheckpointSettings settings,
      Optional<String> restoreCheckpointId,
      Optional<String> command,
      Optional<Refusal> refusal) {
    this(
        id,
        status,
        epoch,
        next,
        latest,
        undo,
        settings,
        restoreCheckpointId,
        command,
        refusal,
        Collections.emptySortedSet());
  }

  public static Job create(JobId id, CheckpointSettings settings) {
    return new Job(
        id,
        new JobStatus.Running(),
        new Epoch(1),
        new CheckpointId(1),
        Optional.empty(),
        Optional.empty(),
        settings,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** A request that was refused: what was asked for, why not, and when. Nothing else changed. */
  public record Refusal(String request, String reason, Instant at) {}

  /** What is to be served next. A restore goes first: it outdoes whatever else is asked for. */
  public Optional<Request> request() {
    return requests().stream().findFirst();
  }

  /** Everything that waits to be served, first what goes first. */
  public List<Request> requests() {
    return Stream.concat(
            restoreCheckpointId.map(Request::restore).stream(),
            command.map(Request::command).stream())
        .toList();
  }

  /**
   * Returns a copy of this job with the request in its attribute, in place of an earlier request.
   */
  public Job with(Request request) {
    return switch (request.attribute()) {
      case RESTORE_CHECKPOINT_ID -> withRequests(Optional.of(request.text()), command);
      case COMMAND -> withRequests(restoreCheckpointId, Optional.of(request.text()));
    };
  }

  /** Returns a copy of this job without the request, if the request is still in its attribute. */
  public Job without(Request request) {
    Optional<String> gone = Optional.of(request.text());
    return switch (request.attribute()) {
      case RESTORE_CHECKPOINT_ID ->
          restoreCheckpointId.equals(gone) ? withRequests(Optional.empty(), command) : this;
      case COMMAND ->
          command.equals(gone) ? withRequests(restoreCheckpointId, Optional.empty()) : this;
    };
  }

  /** Returns a copy of this job without any request. */
  public Job unasked() {
    return withRequests(Optional.empty(), Optional.empty());
  }

  /** Whether this very request is in its attribute. */
  public boolean asks(Request request) {
    return asked(request.attribute()).equals(Optional.of(request));
  }

  /** What waits in the attribute. */
  public Optional<Request> asked(Request.Attribute attribute) {
    return switch (attribute) {
      case RESTORE_CHECKPOINT_ID -> restoreCheckpointId.map(Request::restore);
      case COMMAND -> command.map(Request::command);
    };
  }

  private Job withRequests(Optional<String> restore, Optional<String> other) {
    return new Job(
        id, status, epoch, next, latest, undo, settings, restore, other, refusal, pinned);
  }

  public Job with(Optional<Refusal> refused) {
    return new Job(
        id,
        status,
        epoch,
        next,
        latest,
        undo,
        settings,
        restoreCheckpointId,
        command,
        refused,
        pinned);
  }

  /**
   * Returns a copy of this job in another status, and in the next epoch if the status requires it.
   */
  public Job at(JobStatus to) {
    return new Job(
        id,
        to,
        to.raisesEpoch() ? epoch.next() : epoch,
        next,
        latest,
        undoAt(to),
        settings,
        restoreCheckpointId,
        command,
        to.raisesEpoch() ? Optional.empty() : refusal,
        pinned);
  }

  /** Returns a copy of this job in the next epoch. Decisions of this epoch no longer hold there. */
  public Job atNextEpoch() {
    return new Job(
        id,
        status,
        epoch.next(),
        next,
        latest,
        undo,
        settings,
        restoreCheckpointId,
        command,
        refusal,
        pinned);
  }

  /** A restore can be undone, until what it would be undone to is deleted. */
  private Optional<CheckpointId> undoAt(JobStatus to) {
    return to instanceof JobStatus.Restoring(Restoration from)
        ? from.undo()
        : undo.filter(kept -> !to.deletesCheckpoints());
  }

  /** Returns a copy of this job whose next checkpoint id follows this one. */
  public Job begun(CheckpointId begun) {
    return new Job(
        id,
        status,
        epoch,
        begun.next(),
        latest,
        undo,
        settings,
        restoreCheckpointId,
        command,
        refusal,
        pinned);
  }

  public Job withLatest(CheckpointId completed) {
    return new Job(
        id,
        status,
        epoch,
        next,
        Optional.of(completed),
        undo,
        settings,
        restoreCheckpointId,
        command,
        refusal,
        pinned);
  }

  public boolean isPinned(CheckpointId checkpoint) {
    return pinned.contains(checkpoint);
  }

  /** This job with a checkpoint pinned. */
  public Job pinning(CheckpointId checkpoint) {
    TreeSet<CheckpointId> more = new TreeSet<>(pinned);
    more.add(checkpoint);
    return withPinned(more);
  }

  /** This job without a pin on a checkpoint. */
  public Job unpinning(CheckpointId checkpoint) {
    TreeSet<CheckpointId> fewer = new TreeSet<>(pinned);
    fewer.remove(checkpoint);
    return withPinned(fewer);
  }

  private Job withPinned(SortedSet<CheckpointId> others) {
    return new Job(
        id,
        status,
        epoch,
        next,
        latest,
        undo,
        settings,
        restoreCheckpointId,
        command,
        refusal,
        others);
  }
}
