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
   * Which completed checkpoints give way, oldest first. As many distinct states are kept as are to
   * be retained: a checkpoint that was taken without new data, such as the one that follows a
   * savepoint or a restore, displaces none that was. Of one state the first checkpoint is kept, and
   * the latest checkpoint in any case. Savepoints and pinned checkpoints are the user's, and take
   * no place.
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
    // By the newest checkpoint of each state; one of an earlier version is told from all others.
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
   * Whether a claim is for good: the job has completed a checkpoint of what it was restored to, so
   * that nobody needs the claimed files to undo the restore.
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
   * Whether to collect without a checkpoint: where none are taken, a journal's own bases leave
   * files and entries behind. A tick comes at least once a minute, so that each of them is seen.
   */
  public static boolean isCollectionDue(Job job, Collection<JournalTail> tails, Instant now) {
    return job.settings().interval().isEmpty()
        && tails.stream()
            .map(JournalTail::base)
            .filter(Entry.Materialized.class::isInstance)
            .anyMatch(base -> base.header().writtenAt().plus(RECENTLY).isAfter(now));
  }

  /**
   * Whether anything may be left of a job whose checkpoints are to go. What its last invocations
   * have written is only old enough when they must have ended.
   */
  public static boolean isDeletionDue(JobView view, Duration longestInvocation, Instant now) {
    Duration untilOld = longestInvocation.plus(RECENTLY);
    return !subsumed(view.job(), view.checkpoints(), 0).isEmpty()
        || view.journals().stream()
            .anyMatch(tail -> tail.head().writtenAt().plus(untilOld).isAfter(now));
  }
}
