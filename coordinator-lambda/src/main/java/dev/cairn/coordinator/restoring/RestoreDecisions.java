package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Decides which checkpoints can be restored, and whether records may have expired unread. */
public class RestoreDecisions {
  /**
   * What a job that restores itself, or its latest state, may go back to: the newest first, or as
   * in Flink any checkpoint before any savepoint if that is preferred.
   *
   * @param checkpoints all of them: a savepoint may be older than every checkpoint that is live
   */
  public List<Checkpoint.Completed> recoverable(Job job, List<Checkpoint> checkpoints) {
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
  public Optional<Instant> blockedSince(JobStatus status, JournalTail tail) {
    boolean isBeingRestored = status instanceof JobStatus.Restoring;
    return tail.blockedSince()
        .or(
            () ->
                isBeingRestored && tail.base() instanceof Entry.Restored restored
                    ? Optional.of(restored.header().writtenAt())
                    : Optional.empty());
  }

  /**
   * Whether records may have expired that arrived while a shard was not read. What the mapping had
   * not delivered by then is covered by the margin.
   *
   * @param since since when the shard was not read
   * @param horizon when the oldest records arrived that the stream keeps
   */
  public boolean mayHaveExpired(Instant since, Instant horizon, Duration margin) {
    return since.isBefore(horizon.plus(margin));
  }
}
