package dev.cairn.coordinator.collecting;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.journals.JobView;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Claim;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.storage.CheckpointStorage.Stored;
import dev.cairn.storage.Layout;
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
 * to any more, claimed and forked files. Each method is a guard that the simulation takes away.
 */
public class CollectionDecisions {
  private static final Duration RECENTLY = Duration.ofMinutes(2);

  /**
   * Which completed checkpoints give way, oldest first. As many distinct states are kept as are to
   * be retained: a checkpoint that was taken without new data, such as the one that follows a
   * savepoint or a restore, displaces none that was. Of one state the first checkpoint is kept, and
   * the latest checkpoint in any case. Savepoints and pinned checkpoints are the user's, and take
   * no place.
   */
  public List<Checkpoint.Completed> subsumed(
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

  /** Whether a fork needs nothing but its own files any more, so that its parent's may go. */
  public boolean standsAlone(References references) {
    return references.needsOnlyItsOwn();
  }

  /** Whether the files are to stay that a fork began from. */
  public boolean isNeeded(Fork fork) {
    return !fork.isReleased();
  }

  /**
   * Whether a claim is for good: the job has completed a checkpoint of what it was restored to, so
   * that nobody needs the claimed files to undo the restore.
   *
   * @param claim of the last restore, if it is not confirmed yet
   */
  public boolean isConfirmed(Claim claim, List<Checkpoint> checkpoints) {
    return !claim.isConfirmed()
        && checkpoints.stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .filter(completed -> !completed.isSavepoint())
            .anyMatch(completed -> !claim.epoch().isAfter(completed.trigger().epoch()));
  }

  /**
   * Whether a file that nothing refers to can never be referred to again: its writer prepared it
   * from a revision that the journal has left behind, so its entry cannot be appended, however long
   * that writer sleeps.
   */
  public boolean isAbandoned(Layout.Owned file, JournalTail tail) {
    return tail.movedOnFrom(file.base());
  }

  /** A second belt: no invocation that is still running wrote this file. */
  public boolean isOld(Stored file, Duration longestInvocation, Instant now) {
    return file.lastModified().plus(longestInvocation).isBefore(now);
  }

  /**
   * Whether to collect without a checkpoint: where none are taken, a journal's own bases leave
   * files and entries behind. A tick comes at least once a minute, so that each of them is seen.
   */
  public boolean isCollectionDue(Job job, Collection<JournalTail> tails, Instant now) {
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
  public boolean isDeletionDue(JobView view, Duration longestInvocation, Instant now) {
    Duration untilOld = longestInvocation.plus(RECENTLY);
    return !subsumed(view.job(), view.checkpoints(), 0).isEmpty()
        || view.journals().stream().anyMatch(tail -> tail.head().writtenAt().plus(untilOld).isAfter(now));
  }

  /** Whether a checkpoint's metadata file is of no more use to anyone. */
  public boolean isMetadataAbandoned(CheckpointId id, Job job, List<Checkpoint> checkpoints) {
    return checkpoints.stream()
        .filter(checkpoint -> checkpoint.id().equals(id))
        .findFirst()
        .map(
            checkpoint ->
                switch (checkpoint) {
                  case Checkpoint.Pending p -> false;
                  case Checkpoint.Completed c -> false;
                  case Checkpoint.Aborted a -> true;
                  case Checkpoint.Subsumed s -> true;
                })
        .orElse(job.next().isAfter(id));
  }

  /** Whether what was read of a job's journals and checkpoints still belongs together. */
  public boolean isSameEpoch(Job before, Job after) {
    return before.epoch().equals(after.epoch()) && after.status().isSettled();
  }
}
