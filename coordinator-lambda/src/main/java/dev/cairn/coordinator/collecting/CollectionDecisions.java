package dev.cairn.coordinator.collecting;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.journals.JobView;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Claim;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides what may be deleted, and when: checkpoints beyond retention, files that nothing can refer
 * to any more, and claims that are for good. The guards of each single file are {@link
 * CollectionGuards}.
 */
public final class CollectionDecisions {
  private static final Duration RECENTLY = Duration.ofMinutes(2);

  private CollectionDecisions() {}

  /**
   * Returns the completed checkpoints to subsume, oldest first. Retention counts distinct states: a
   * checkpoint without new data, such as one after a savepoint or a restore, displaces no other
   * state. Of equal states the first checkpoint is kept, and the latest checkpoint is always kept.
   * Savepoints and pinned checkpoints belong to the user and are not counted.
   */
  public static List<Checkpoint.Completed> subsumed(
      Job job, List<Checkpoint> checkpoints, int numRetained) {
    List<Checkpoint.Completed> newestFirst =
        checkpoints.stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .map(Checkpoint.Completed.class::cast)
            .filter(checkpoint -> !checkpoint.isSavepoint() && !job.isPinned(checkpoint.id()))
            .sorted(Comparator.comparing(Checkpoint.Completed::id).reversed())
            .toList();
    // The map holds the newest checkpoint of each state. A checkpoint of an earlier version counts
    // as a state of its own.
    Map<String, List<Checkpoint.Completed>> states = new LinkedHashMap<>();
    for (Checkpoint.Completed checkpoint : newestFirst) {
      String state =
          checkpoint.states().map(Sha256::hex).orElseGet(() -> checkpoint.id().toString());
      states.computeIfAbsent(state, s -> new ArrayList<>()).add(checkpoint);
    }
    Set<CheckpointId> kept = new HashSet<>();
    states.values().stream()
        .limit(numRetained)
        .map(ofState -> ofState.getLast().id())
        .forEach(kept::add);
    newestFirst.stream().limit(Math.min(1, numRetained)).map(Checkpoint::id).forEach(kept::add);
    return newestFirst.reversed().stream()
        .filter(checkpoint -> !kept.contains(checkpoint.id()))
        .toList();
  }

  /**
   * Whether a claim is confirmed: the job has completed a checkpoint since the restore, so an undo
   * no longer needs the claimed files.
   *
   * @param claim of the last restore, if it is not confirmed yet
   */
  public static boolean isConfirmed(Claim claim, List<Checkpoint> checkpoints) {
    return !claim.isConfirmed()
        && checkpoints.stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .filter(completed -> !completed.isSavepoint())
            .anyMatch(completed -> !claim.epoch().isAfter(completed.trigger().epoch()));
  }

  /**
   * Whether to collect without a completed checkpoint: in a job that takes none, new bases leave
   * files and entries behind. Ticks come at least once a minute, so every new base is seen.
   */
  public static boolean isCollectionDue(Job job, Collection<JournalTail> tails, Instant now) {
    return job.settings().interval().isEmpty()
        && tails.stream()
            .map(JournalTail::base)
            .filter(Entry.Materialized.class::isInstance)
            .anyMatch(base -> base.header().writtenAt().plus(RECENTLY).isAfter(now));
  }

  /**
   * Whether files may remain of a job whose checkpoints are to be deleted. Files of its last
   * invocations can be deleted only when those invocations must have ended.
   */
  public static boolean isDeletionDue(JobView view, Duration longestInvocation, Instant now) {
    Duration untilOld = longestInvocation.plus(RECENTLY);
    return !subsumed(view.job(), view.checkpoints(), 0).isEmpty()
        || view.journals().stream()
            .anyMatch(tail -> tail.head().writtenAt().plus(untilOld).isAfter(now));
  }
}
