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
   * Returns the checkpoints for an automatic restore, or for a restore of the latest: the newest
   * first, or as in Flink any checkpoint before any savepoint if that is preferred.
   *
   * @param checkpoints all checkpoints, because a savepoint may be older than every live checkpoint
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
   * Returns since when no task can have read a subtask's shard, because the job is halted, the
   * shard fails, or a restore is in progress. Empty while the shard is read.
   *
   * <p>A restore in progress may follow on another one that never ended. Then nothing was read
   * since that one, unless an entry after it shows that the job ran in between.
   */
  static Optional<Instant> blockedSince(JobStatus status, JournalTail tail) {
    boolean isBeingRestored = status instanceof JobStatus.Restoring;
    return tail.blockedSince()
        .or(
            () ->
                isBeingRestored
                        && tail.sinceBase().isEmpty()
                        && tail.base() instanceof Entry.Restored restored
                    ? Optional.of(restored.header().writtenAt())
                    : Optional.empty());
  }
}
