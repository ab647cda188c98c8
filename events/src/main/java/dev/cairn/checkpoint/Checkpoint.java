package dev.cairn.checkpoint;

import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/** A checkpoint of a job, from its trigger to its end. */
public sealed interface Checkpoint {

  /** Returns the trigger, which every checkpoint has. */
  Triggering trigger();

  default CheckpointId id() {
    return trigger().id();
  }

  default JobId job() {
    return trigger().job();
  }

  /** Returns the pending checkpoints of the list. */
  static List<Pending> pending(List<Checkpoint> checkpoints) {
    return checkpoints.stream().filter(Pending.class::isInstance).map(Pending.class::cast).toList();
  }

  /**
   * Returns the newest completed checkpoint of the list. Savepoints do not count, because they
   * belong to the user.
   */
  static Optional<Checkpoint> latest(List<Checkpoint> checkpoints) {
    return checkpoints.stream()
        .filter(Completed.class::isInstance)
        .filter(completed -> !completed.isSavepoint())
        .max(Comparator.comparing(Checkpoint::id));
  }

  default boolean isSavepoint() {
    return trigger().savepoint().isPresent();
  }

  /**
   * The trigger of a checkpoint.
   *
   * @param expected the subtasks whose acknowledgements make it complete
   * @param savepoint the savepoint's name and directory; empty for an ordinary checkpoint
   * @param isFull whether every subtask stores its whole state in new files, whatever earlier
   *     checkpoints hold, and none is carried forward
   * @param cause who or what requested it: {@link #SCHEDULE}, or the command
   * @param format the job's format when it began, to which every expected journal is raised
   * @param parent the completed checkpoint that the job's state continued when this one began;
   *     empty if there was none, or format 1 did not say. It outlives that checkpoint
   */
  record Triggering(
      JobId job,
      CheckpointId id,
      Epoch epoch,
      Instant triggeredAt,
      ExpectedSubtasks expected,
      Optional<Savepoint> savepoint,
      boolean isFull,
      String cause,
      FormatVersion format,
      Optional<CheckpointId> parent) {
    public static final String SCHEDULE = "schedule";

    public Triggering {
      if (parent.isPresent() && !format.includes(FormatVersion.TWO)) {
        throw new IllegalArgumentException(
            "checkpoint " + id + " is in format " + format + ", which has no parents");
      }
    }

    /**
     * Creates the trigger of an incremental checkpoint, or of a savepoint, in the oldest format.
     */
    public Triggering(
        JobId job,
        CheckpointId id,
        Epoch epoch,
        Instant triggeredAt,
        ExpectedSubtasks expected,
        Optional<Savepoint> savepoint,
        String cause) {
      this(
          job,
          id,
          epoch,
          triggeredAt,
          expected,
          savepoint,
          false,
          cause,
          FormatVersion.OLDEST,
          Optional.empty());
    }

    /** Creates the trigger of a scheduled checkpoint in the oldest format. */
    public Triggering(
        JobId job, CheckpointId id, Epoch epoch, Instant triggeredAt, ExpectedSubtasks expected) {
      this(job, id, epoch, triggeredAt, expected, Optional.empty(), SCHEDULE);
    }
  }

  /**
   * A user's own checkpoint: self-contained, in a directory that Cairn never collects.
   *
   * @param name the name that the user gave
   */
  record Savepoint(Optional<SavepointName> name, FilePath directory) {}

  /**
   * Triggered, and waiting for acknowledgements.
   *
   * @param subtasks the expected subtasks; empty if their list is no longer stored, as for a
   *     checkpoint that is weeks old
   */
  record Pending(Triggering trigger, SortedSet<SubtaskId> subtasks) implements Checkpoint {
    public Pending {
      if (!subtasks.isEmpty() && !ExpectedSubtasks.of(subtasks).equals(trigger.expected())) {
        throw new IllegalArgumentException(
            "checkpoint "
                + trigger.id()
                + " expects other subtasks than the "
                + subtasks.size()
                + " that are listed");
      }
    }

    /** Whether the list of expected subtasks is known. */
    public boolean isListed() {
      return subtasks.size() == trigger.expected().count();
    }
  }

  /**
   * A completed checkpoint, which can be restored.
   *
   * @param metadata the file that names every subtask's state
   * @param fullSizeBytes the bytes that a restore reads
   * @param incrementalSizeBytes the bytes that this checkpoint added
   * @param ackTimes empty if no acknowledgement has a time
   * @param states {@link CheckpointMetadata#states}, which is equal for checkpoints of one state;
   *     empty if an earlier version completed it
   */
  record Completed(
      Triggering trigger,
      Instant completedAt,
      FileRef metadata,
      long fullSizeBytes,
      long incrementalSizeBytes,
      Optional<AckTimes> ackTimes,
      Optional<Sha256> states)
      implements Checkpoint {

    public Completed(
        Triggering trigger,
        Instant completedAt,
        FileRef metadata,
        long fullSizeBytes,
        long incrementalSizeBytes,
        Optional<AckTimes> ackTimes) {
      this(
          trigger,
          completedAt,
          metadata,
          fullSizeBytes,
          incrementalSizeBytes,
          ackTimes,
          Optional.empty());
    }

    public Completed(
        Triggering trigger,
        Instant completedAt,
        FileRef metadata,
        long fullSizeBytes,
        long incrementalSizeBytes) {
      this(trigger, completedAt, metadata, fullSizeBytes, incrementalSizeBytes, Optional.empty());
    }

    public Duration duration() {
      return Duration.between(trigger.triggeredAt(), completedAt);
    }
  }

  /** When the first and the last subtask had stored their state. */
  record AckTimes(Instant first, Instant last) {

    /**
     * Finds the first and the last time among the acknowledgements that have one; empty if none
     * has.
     */
    public static Optional<AckTimes> of(List<Acknowledgement.Acknowledged> acknowledgements) {
      List<Instant> times =
          acknowledgements.stream()
              .flatMap(acknowledged -> acknowledged.timing().stream())
              .map(Acknowledgement.Timing::at)
              .sorted()
              .toList();
      return times.isEmpty()
          ? Optional.empty()
          : Optional.of(new AckTimes(times.getFirst(), times.getLast()));
    }
  }

  /** An aborted checkpoint. Nothing refers to it; its id is not used again. */
  record Aborted(Triggering trigger, Instant abortedAt, Failure failure) implements Checkpoint {}

  /**
   * A checkpoint that was completed and can no longer be restored.
   *
   * @param end the reason
   */
  record Subsumed(Completed completed, End end) implements Checkpoint {

    /** Creates a checkpoint that later ones have replaced. */
    public Subsumed(Completed completed) {
      this(completed, End.SUBSUMED);
    }

    /** How a completed checkpoint ends. */
    public enum End {
      /** Later checkpoints replaced it. */
      SUBSUMED,
      /** A user disposed of it. */
      DISPOSED,
      /** A restore claimed the savepoint, so the job owns its files. */
      CLAIMED
    }

    @Override
    public Triggering trigger() {
      return completed.trigger();
    }
  }
}
