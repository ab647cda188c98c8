package dev.cairn.checkpoint;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FileRef;
import java.time.Duration;
import java.time.Instant;
import java.util.SortedSet;

/** A checkpoint of a job, from its trigger to its end. */
public sealed interface Checkpoint {

  /** What all of them know. */
  Triggering trigger();

  default CheckpointId id() {
    return trigger().id();
  }

  default JobId job() {
    return trigger().job();
  }

  /**
   * How a checkpoint began.
   *
   * @param expected the subtasks whose acknowledgements make it complete
   */
  record Triggering(
      JobId job, CheckpointId id, Epoch epoch, Instant triggeredAt, Expected expected) {}

  /**
   * Triggered, and waiting for acknowledgements.
   *
   * @param subtasks those that are expected; none of them if their list is no longer kept, as of a
   *     checkpoint that nobody looked at for weeks
   */
  record Pending(Triggering trigger, SortedSet<SubtaskId> subtasks) implements Checkpoint {
    public Pending {
      if (!subtasks.isEmpty() && !Expected.of(subtasks).equals(trigger.expected())) {
        throw new IllegalArgumentException(
            "checkpoint "
                + trigger.id()
                + " expects other subtasks than the "
                + subtasks.size()
                + " that are listed");
      }
    }

    /** Whether it is known which subtasks it waits for. */
    public boolean isListed() {
      return subtasks.size() == trigger.expected().count();
    }

    /** What becomes of it when a restore begins: no checkpoint spans two epochs. */
    public Aborted abortedByRestore(CheckpointId from, Instant at) {
      return new Aborted(trigger, at, "the job is restored to checkpoint " + from);
    }
  }

  /**
   * Complete: it can be restored.
   *
   * @param metadata the file that names every subtask's state
   * @param fullSizeBytes what a restore would read
   * @param incrementalSizeBytes what this checkpoint added
   */
  record Completed(
      Triggering trigger,
      Instant completedAt,
      FileRef metadata,
      long fullSizeBytes,
      long incrementalSizeBytes)
      implements Checkpoint {
    public Duration duration() {
      return Duration.between(trigger.triggeredAt(), completedAt);
    }
  }

  /** Given up. Nothing refers to it; its id is not used again. */
  record Aborted(Triggering trigger, Instant abortedAt, String reason) implements Checkpoint {}

  /** Was complete, and gave way to later ones. It can no longer be restored. */
  record Subsumed(Completed completed) implements Checkpoint {
    @Override
    public Triggering trigger() {
      return completed.trigger();
    }
  }
}
