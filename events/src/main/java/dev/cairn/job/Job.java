package dev.cairn.job;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A job's item: the job's status and the few other facts that all its parts share.
 *
 * @param next the id of the next checkpoint
 * @param latest the last completed checkpoint, not counting savepoints
 * @param undo the latest checkpoint when the last restore began, which an undo restores
 * @param restoreCheckpointId the checkpoint that a user requests to restore, as it was typed
 * @param command another command of a user, as it was typed
 * @param refusal why the last request was refused
 * @param pinned the checkpoints that a user has pinned, which cannot be subsumed or disposed of
 * @param format the version in which everything of the job is written
 * @param current the completed checkpoint that the job's state continues: the last one that was
 *     completed or restored; empty if there is none, or format 1 did not say
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
    SortedSet<CheckpointId> pinned,
    FormatVersion format,
    Optional<CheckpointId> current) {
  /**
   * The largest number of pinned checkpoints. Each is read individually whenever the job's live
   * checkpoints are read.
   */
  public static final int MOST_PINNED = 50;

  public Job {
    pinned = Collections.unmodifiableSortedSet(new TreeSet<>(pinned));
  }

  /** Creates a job in the oldest format, without a pinned checkpoint. */
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
        Collections.emptySortedSet(),
        FormatVersion.OLDEST,
        Optional.empty());
  }

  /** Creates a job in the newest format, because no earlier release has run it. */
  public static Job create(JobId id, CheckpointSettings settings) {
    return create(id, settings, FormatVersion.NEWEST);
  }

  /** Creates a job in the given format. */
  public static Job create(JobId id, CheckpointSettings settings, FormatVersion format) {
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
        Optional.empty(),
        Collections.emptySortedSet(),
        format,
        Optional.empty());
  }

  /** A refused request, with the reason and the time. The refusal changed nothing else. */
  public record Refusal(String request, String reason, Instant at) {}

  /**
   * Returns the request to execute next. A restore comes first, because it supersedes other
   * requests.
   */
  public Optional<Request> request() {
    return requests().stream().findFirst();
  }

  /** Returns all waiting requests, in the order of their execution. */
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
  public Job withoutRequests() {
    return withRequests(Optional.empty(), Optional.empty());
  }

  /** Whether exactly this request is in its attribute. */
  public boolean hasRequest(Request request) {
    return request(request.attribute()).equals(Optional.of(request));
  }

  /** Returns the request in the attribute. */
  public Optional<Request> request(Request.Attribute attribute) {
    return switch (attribute) {
      case RESTORE_CHECKPOINT_ID -> restoreCheckpointId.map(Request::restore);
      case COMMAND -> command.map(Request::command);
    };
  }

  private Job withRequests(Optional<String> restore, Optional<String> other) {
    return copy(
        changed -> {
          changed.restoreCheckpointId = restore;
          changed.command = other;
        });
  }

  public Job with(Optional<Refusal> refused) {
    return copy(changed -> changed.refusal = refused);
  }

  /**
   * Returns a copy of this job in another status, and in the next epoch if the status requires it.
   */
  public Job at(JobStatus to) {
    return copy(
        moved -> {
          moved.status = to;
          moved.undo = undoAt(to);
          moved.current = currentAt(to);
          if (to.raisesEpoch()) {
            moved.epoch = epoch.next();
            moved.refusal = Optional.empty();
          }
        });
  }

  /**
   * Returns a copy of this job in the next epoch. Decisions made in this epoch are not valid in the
   * next.
   */
  public Job atNextEpoch() {
    return copy(changed -> changed.epoch = epoch.next());
  }

  /** Returns the checkpoint for an undo, which remains until that checkpoint is deleted. */
  private Optional<CheckpointId> undoAt(JobStatus to) {
    return to instanceof JobStatus.Restoring(Restoration from)
        ? from.undo()
        : undo.filter(kept -> !to.deletesCheckpoints());
  }

  /** Returns the checkpoint that the job's state continues when it enters a status. */
  public Optional<CheckpointId> currentAt(JobStatus to) {
    return to instanceof JobStatus.Restoring(Restoration from)
        ? from.own().filter(own -> format.includes(FormatVersion.TWO))
        : current;
  }

  /** Returns a copy of this job whose next checkpoint id follows this one. */
  public Job begun(CheckpointId begun) {
    return copy(changed -> changed.next = begun.next());
  }

  /**
   * Returns a copy of this job whose latest checkpoint is this one.
   *
   * @param begunIn the job's format when that checkpoint began
   */
  public Job withLatest(CheckpointId completed, FormatVersion begunIn) {
    return copy(
        changed -> {
          changed.latest = Optional.of(completed);
          if (begunIn.includes(FormatVersion.TWO)) {
            changed.current = Optional.of(completed);
          }
        });
  }

  /** Returns a copy of this job in another format. */
  public Job in(FormatVersion other) {
    return copy(changed -> changed.format = other);
  }

  public boolean isPinned(CheckpointId checkpoint) {
    return pinned.contains(checkpoint);
  }

  /** Returns a copy of this job with a pinned checkpoint. */
  public Job pinning(CheckpointId checkpoint) {
    TreeSet<CheckpointId> more = new TreeSet<>(pinned);
    more.add(checkpoint);
    return copy(changed -> changed.pinned = more);
  }

  /** Returns a copy of this job in which the checkpoint is not pinned. */
  public Job unpinning(CheckpointId checkpoint) {
    TreeSet<CheckpointId> fewer = new TreeSet<>(pinned);
    fewer.remove(checkpoint);
    return copy(changed -> changed.pinned = fewer);
  }

  private Job copy(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.job();
  }

  /** A mutable copy of a job, from which a new one is created. */
  private static final class Draft {
    private final JobId id;
    private final CheckpointSettings settings;
    private JobStatus status;
    private Epoch epoch;
    private CheckpointId next;
    private Optional<CheckpointId> latest;
    private Optional<CheckpointId> undo;
    private Optional<String> restoreCheckpointId;
    private Optional<String> command;
    private Optional<Refusal> refusal;
    private SortedSet<CheckpointId> pinned;
    private FormatVersion format;
    private Optional<CheckpointId> current;

    Draft(Job from) {
      id = from.id;
      settings = from.settings;
      status = from.status;
      epoch = from.epoch;
      next = from.next;
      latest = from.latest;
      undo = from.undo;
      restoreCheckpointId = from.restoreCheckpointId;
      command = from.command;
      refusal = from.refusal;
      pinned = from.pinned;
      format = from.format;
      current = from.current;
    }

    Job job() {
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
          pinned,
          format,
          current);
    }
  }
}
