package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Decides which checkpoints can be restored, and since when a shard was not read. */
public final class RestoreDecisions {
  private RestoreDecisions() {}

  /**
   * What a job that restores itself, or its latest state, may go back to: the newest first, or as
   * in Flink any checkpoint before any savepoint if that is preferred.
   *
   * @param checkpoints all of them: a savepoint may be older than every checkpoint that is live
   */
  public static List<Checkpoint.Completed> recoverable(Job job, List<Checkpoint> checkpoints) {
    Comparator<Checkpoint.Completed> newestFirst =
        Comparator.comparing(Checkpoint.Completed::id).reversed();
    return checkpoints.stream()
        .filter(Checkpoint.Completed.class::isInstance)
        .map(Checkpoint.Completed.class::cast)
        .sorted(
            job.settings().preferCheckpointForRecovery()
                ? Comparator.comparing(Checkpoint.Completed::isSavepoint).thenComparing(newestFirst)
                : newestFirst)
        .toList();
  }

  /**
   * Since when no task can have read a subtask's shard: the job halts, the shard fails, or a
   * restore has not come to its end. Empty while it is read.
   */
  static Optional<Instant> blockedSince(JobStatus status, JournalTail tail) {
    boolean isBeingRestored = status instanceof JobStatus.Restoring;
    return tail.blockedSince()
        .or(
            () ->
                isBeingRestored && tail.base() instanceof Entry.Restored restored
                    ? Optional.of(restored.header().writtenAt())
                    : Optional.empty());
  }
}
