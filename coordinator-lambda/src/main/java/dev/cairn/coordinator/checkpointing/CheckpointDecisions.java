package dev.cairn.coordinator.checkpointing;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.journals.JobView;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.resharding.ShardLineage;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Decides when a checkpoint is triggered, what is requested of each subtask, and how a pending
 * checkpoint ends.
 */
public final class CheckpointDecisions {
  private final JournalGuards journals;
  private final CheckpointGuards guards;

  public CheckpointDecisions(JournalGuards journals, CheckpointGuards guards) {
    this.journals = journals;
    this.guards = guards;
  }

  /** The next step of a pending checkpoint. */
  public sealed interface Resolution {
    record Waiting() implements Resolution {}

    record Complete(List<Acknowledgement.Acknowledged> acknowledgements) implements Resolution {}

    record Abort(Failure failure) implements Resolution {}
  }

  /**
   * Whether a checkpoint is due now.
   *
   * @param tolerance how long before its due time a checkpoint may be triggered, so that a tick
   *     that arrives slightly early is not skipped
   */
  public boolean isDue(JobView view, Duration tolerance, Instant now) {
    return view.job().status().isRunning()
        && !expected(view.job(), view.journals()).isEmpty()
        && CheckpointSchedule.of(view.job().settings(), tolerance)
            .filter(schedule -> schedule.isDue(view.checkpoints(), now))
            .isPresent()
        && !isNothingNew(view);
  }

  /**
   * Whether the last completed checkpoint already holds the state of every subtask as it is. Takes
   * the last one in the list, because the job's item may have been read before that checkpoint was
   * completed.
   */
  private boolean isNothingNew(JobView view) {
    return Checkpoint.latest(view.checkpoints())
        .filter(last -> last.trigger().epoch().equals(view.job().epoch()))
        .filter(last -> isNothingNewSince(last, view))
        .isPresent();
  }

  private boolean isNothingNewSince(Checkpoint last, JobView view) {
    SortedSet<SubtaskId> expected = expected(view.job(), view.journals());
    return last.trigger().expected().equals(ExpectedSubtasks.of(expected))
        && view.journals().stream()
            .filter(tail -> expected.contains(tail.subtask()))
            .allMatch(tail -> isHeldBy(last.id(), tail));
  }

  private static boolean isHeldBy(CheckpointId checkpoint, JournalTail tail) {
    if (tail.isClosed()) {
      // A closed subtask that has stored nothing for the checkpoint was closed before it, and has
      // not changed since.
      return !tail.head().lastCheckpoint().equals(Optional.of(checkpoint));
    }
    return tail.isUnchanged()
        && tail.base() instanceof Entry.Snapshotted snapshotted
        && snapshotted.checkpoint().equals(checkpoint);
  }

  private SortedSet<SubtaskId> expected(Job job, Collection<JournalTail> tails) {
    return guards.expected().of(new ShardLineage(job.epoch(), tails));
  }

  /**
   * Returns the job's next checkpoint.
   *
   * @param savepoint the destination if it is a savepoint
   * @param cause the command that requested it, or {@link Checkpoint.Triggering#SCHEDULE}
   */
  public Checkpoint.Pending next(
      Job job,
      Collection<JournalTail> tails,
      Optional<Checkpoint.Savepoint> savepoint,
      String cause,
      Instant now) {
    SortedSet<SubtaskId> subtasks = expected(job, tails);
    FormatVersion format = guards.format().of(job);
    return new Checkpoint.Pending(
        new Checkpoint.Triggering(
            job.id(),
            job.next(),
            job.epoch(),
            now,
            ExpectedSubtasks.of(subtasks),
            savepoint,
            savepoint.isEmpty() && !job.settings().incremental(),
            cause,
            format,
            job.current().filter(parent -> format.includes(FormatVersion.TWO))),
        subtasks);
  }

  /**
   * Returns the requests of the checkpoint, at most one for each subtask.
   *
   * @param acknowledged the subtasks that are known to have acknowledged
   * @param idleAfter how long a subtask may be silent before it is woken
   */
  public List<SubtaskRequest> requests(
      Checkpoint.Pending pending,
      Map<SubtaskId, JournalTail> tails,
      Set<SubtaskId> acknowledged,
      Duration idleAfter,
      Instant now) {
    return pending.subtasks().stream()
        .filter(subtask -> !acknowledged.contains(subtask))
        .flatMap(subtask -> Optional.ofNullable(tails.get(subtask)).stream())
        .flatMap(tail -> request(pending, tail, idleAfter, now).stream())
        .toList();
  }

  /** Returns the checkpoint's request of one subtask; empty if none is needed. */
  public Optional<SubtaskRequest> request(
      Checkpoint.Pending pending, JournalTail tail, Duration idleAfter, Instant now) {
    boolean isSilent = journals.isSilent().test(tail, idleAfter, now);
    if (tail.knows(pending.id()) || !journals.isOfEpoch().test(pending.trigger().epoch(), tail)) {
      return isSilent && tail.wasTriggered(pending.id())
          ? Optional.of(new SubtaskRequest.Wake(tail))
          : Optional.empty();
    }
    // A shard that nobody read has no state file, which tells it from one that was read to its end.
    boolean isStoredAnew =
        !tail.base().isClosedUnread()
            && (pending.isSavepoint()
                || pending.trigger().isFull()
                || guards.isToBeRewritten().test(tail));
    return Optional.of(
        !isStoredAnew && guards.isCarriedForward().test(tail)
            ? new SubtaskRequest.CarryForward(tail)
            : new SubtaskRequest.Trigger(tail, isSilent));
  }

  /**
   * Decides whether a pending checkpoint waits, completes or aborts, given its acknowledgements.
   */
  public Resolution resolve(
      Job job, Checkpoint.Pending pending, List<Acknowledgement> acknowledgements, Instant now) {
    if (job.epoch().isAfter(pending.trigger().epoch())) {
      return new Resolution.Abort(
          Failure.of(FailureReason.RESTORED_OVER, "the job has advanced to another epoch"));
    }
    if (job.latest().isPresent() && guards.isSubsumed().test(pending, job.latest().get())) {
      return new Resolution.Abort(subsumed(job.latest().get()));
    }
    for (Acknowledgement acknowledgement : acknowledgements) {
      if (acknowledgement instanceof Acknowledgement.Declined declined) {
        return new Resolution.Abort(declined.failure());
      }
    }
    if (!pending.isListed()) {
      return new Resolution.Abort(
          Failure.of(
              FailureReason.EXPIRED,
              "the list of its subtasks has expired: no coordinator has read it for weeks"));
    }
    SortedSet<SubtaskId> missing = new TreeSet<>(pending.subtasks());
    acknowledgements.forEach(acknowledgement -> missing.remove(acknowledgement.subtask()));
    if (guards.isComplete().test(missing)) {
      return new Resolution.Complete(
          acknowledgements.stream()
              .filter(Acknowledgement.Acknowledged.class::isInstance)
              .map(Acknowledgement.Acknowledged.class::cast)
              .toList());
    }
    if (!now.isBefore(pending.trigger().triggeredAt().plus(job.settings().timeout()))) {
      String others = missing.size() == 1 ? "" : " and " + (missing.size() - 1) + " more";
      return new Resolution.Abort(
          Failure.of(
              FailureReason.EXPIRED,
              missing.first(),
              missing.first().name()
                  + others
                  + " sent no acknowledgement in "
                  + job.settings().timeout().toMillis() / 1000.0
                  + " s"));
    }
    return new Resolution.Waiting();
  }

  static Failure subsumed(CheckpointId by) {
    return Failure.of(FailureReason.SUBSUMED, "checkpoint " + by + " was completed before it");
  }

  /**
   * Returns how many checkpoints have failed since the last completed one. A checkpoint that a
   * restore or a halt aborted has not failed.
   */
  public static int failedInARow(List<Checkpoint> checkpoints) {
    int failed = 0;
    for (Checkpoint checkpoint :
        checkpoints.stream().sorted(Comparator.comparing(Checkpoint::id)).toList()) {
      failed =
          switch (checkpoint) {
            case Checkpoint.Aborted a ->
                a.failure().reason().countsAsFailure() ? failed + 1 : failed;
            case Checkpoint.Completed c -> 0;
            case Checkpoint.Subsumed s -> 0;
            case Checkpoint.Pending p -> failed;
          };
    }
    return failed;
  }
}
