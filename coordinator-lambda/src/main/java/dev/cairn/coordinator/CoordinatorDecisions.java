package dev.cairn.coordinator;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Expected;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Claim;
import dev.cairn.job.Fork;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Failing;
import dev.cairn.state.Start;
import dev.cairn.storage.CheckpointStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the coordinator decides, apart from what it does: pure functions of what was read and of the
 * time.
 */
public class CoordinatorDecisions {
  private static final Duration RECENTLY = Duration.ofMinutes(2);

  /** What a subtask is told of a pending checkpoint. */
  public enum Asking {
    /** Nothing: it knows, or belongs to another epoch. */
    NONE,
    /** Its state is that of its last base: the coordinator answers for it. */
    CARRY_FORWARD,
    /** It has to take a snapshot. */
    TRIGGER
  }

  /** What becomes of a pending checkpoint. */
  public sealed interface Resolution {
    record Waiting() implements Resolution {}

    record Complete(List<Acknowledgement.Acknowledged> acknowledgements) implements Resolution {}

    record Abort(Failure failure) implements Resolution {}
  }

  /**
   * Whether a checkpoint is to be taken now.
   *
   * @param tolerance how much before its time: ticks are not exact, and one that comes a moment
   *     early must not be the one that is skipped
   */
  public boolean isDue(
      Job job,
      List<Checkpoint> checkpoints,
      Collection<JournalTail> tails,
      Duration tolerance,
      Instant now) {
    return job.status().isRunning()
        && !tails.isEmpty()
        && CheckpointSchedule.of(job.settings(), tolerance)
            .filter(schedule -> schedule.isDue(checkpoints, now))
            .isPresent()
        && !isNothingNew(job, checkpoints, tails);
  }

  /**
   * Whether the last completed checkpoint already holds the state of every subtask as it is. The
   * last one in the list: the job's item may have been read before it was completed.
   */
  boolean isNothingNew(Job job, List<Checkpoint> checkpoints, Collection<JournalTail> tails) {
    return latest(checkpoints)
        .filter(last -> last.trigger().epoch().equals(job.epoch()))
        .filter(last -> last.trigger().expected().equals(Expected.of(expected(tails))))
        .filter(last -> tails.stream().allMatch(tail -> isHeldBy(last.id(), tail)))
        .isPresent();
  }

  private static String nextAfter(Position position) {
    return position instanceof Position.Before(SequenceNumber first)
        ? "record " + first
        : "the record after " + position;
  }

  /** The newest that is completed; savepoints are the user's. */
  public Optional<Checkpoint> latest(List<Checkpoint> checkpoints) {
    return checkpoints.stream()
        .filter(Checkpoint.Completed.class::isInstance)
        .filter(completed -> !completed.isSavepoint())
        .max(Comparator.comparing(Checkpoint::id));
  }

  private static boolean isHeldBy(CheckpointId checkpoint, JournalTail tail) {
    return tail.isUnchanged()
        && tail.base() instanceof Entry.Snapshotted snapshotted
        && snapshotted.checkpoint().equals(checkpoint);
  }

  /** Where the job's subtasks began: the mapping has to begin there as well. */
  public Set<Start> starts(Collection<JournalTail> tails) {
    return tails.stream().map(tail -> tail.base().origin().start()).collect(Collectors.toSet());
  }

  /** The subtasks whose state a checkpoint has to hold: every one that was opened. */
  public SortedSet<SubtaskId> expected(Collection<JournalTail> tails) {
    return tails.stream().map(JournalTail::subtask).collect(Collectors.toCollection(TreeSet::new));
  }

  public Asking request(Checkpoint.Pending pending, JournalTail tail) {
    if (!belongs(pending.trigger().epoch(), tail) || tail.knows(pending.id())) {
      return Asking.NONE;
    }
    boolean holdsItself =
        pending.isSavepoint() || pending.trigger().isFull() || isToBeRewritten(tail);
    return !holdsItself && carriesForward(tail) ? Asking.CARRY_FORWARD : Asking.TRIGGER;
  }

  /** Whether the state is in files that are another's, or that hold more than the state does. */
  public boolean isToBeRewritten(JournalTail tail) {
    return tail.isToBeRewritten();
  }

  /**
   * Whether a journal is in the job's epoch with all that it gets there. A shard that a restore has
   * opened, and not yet given its state, is not.
   */
  public boolean hasEntered(JournalTail tail, Job job) {
    return tail.head().epoch().equals(job.epoch()) && !tail.isOpenedForRestore();
  }

  /** How a job stops that was asked to, with a savepoint. */
  public sealed interface Stop {
    record Trigger() implements Stop {}

    record Wait() implements Stop {}

    record Done(CheckpointId savepoint) implements Stop {}

    /** Without its savepoint it does not stop. */
    record GoOn(Checkpoint.Aborted savepoint) implements Stop {}
  }

  /**
   * Decides what becomes of a stopping job. The job has halted in this epoch, so the epoch's only
   * checkpoint is its savepoint.
   */
  public Stop stop(Job job, List<Checkpoint> checkpoints) {
    return checkpoints.stream()
        .filter(checkpoint -> checkpoint.trigger().epoch().equals(job.epoch()))
        .max(Comparator.comparing(Checkpoint::id))
        .map(
            savepoint ->
                switch (savepoint) {
                  case Checkpoint.Pending p -> new Stop.Wait();
                  case Checkpoint.Completed completed -> new Stop.Done(completed.id());
                  case Checkpoint.Subsumed subsumed -> new Stop.Done(subsumed.id());
                  case Checkpoint.Aborted aborted -> new Stop.GoOn(aborted);
                })
        .orElseGet(Stop.Trigger::new);
  }

  /**
   * Subtasks whose head needs a file that is gone or altered, as the last two attempts found: what
   * went wrong on the way may be right the next time. Attempts that failed for another reason do
   * not count.
   */
  public List<JournalTail> damaged(Collection<JournalTail> tails) {
    return tails.stream()
        .filter(
            tail ->
                tail.head().failing().stream()
                    .anyMatch(
                        failing ->
                            failing.reason() == FailureReason.DAMAGED && failing.ofReason() > 1))
        .toList();
  }

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
   * Whether a shard may be stuck with a record that ends the process: no task has written for
   * longer than any invocation takes, although nothing holds the shard up. Whether records wait for
   * it, its stream has to tell.
   */
  public boolean mayBeStuck(Job job, JournalTail tail, Duration longestInvocation, Instant now) {
    Entry.Header head = tail.head();
    return belongs(job.epoch(), tail)
        && !head.suspended()
        && head.isolation().isEmpty()
        // A failure that is not held up is tried again, and each attempt that comes back is
        // written.
        && head.failing().stream().noneMatch(one -> one.isHeldUp(now))
        && !(head.position() instanceof Position.End)
        && (isSilent(tail, longestInvocation, now) || tail.isCarriedForward());
  }

  /** How many shards fail, or look for a record that ends the process. */
  public int failing(Collection<JournalTail> tails) {
    return (int)
        tails.stream()
            .map(JournalTail::head)
            .filter(head -> head.failing().isPresent() || head.isolation().isPresent())
            .count();
  }

  /** The subtasks that fail, by name, and why the last attempt failed. */
  SortedMap<String, Failure> failures(Collection<JournalTail> tails) {
    SortedMap<String, Failure> failures = new TreeMap<>();
    for (JournalTail tail : tails) {
      tail.head()
          .failing()
          .ifPresent(failing -> failures.put(tail.subtask().name(), failure(tail, failing)));
    }
    return failures;
  }

  private static Failure failure(JournalTail tail, Failing failing) {
    String message =
        tail.subtask().name()
            + " failed "
            + failing.failures().attempts()
            + " times in a row at "
            + nextAfter(tail.head().position())
            + ": "
            + failing.message();
    return Failure.of(failing.reason(), tail.subtask(), message);
  }

  /** Why the job cannot go on: too many checkpoints have failed, or a shard was given up. */
  public Optional<Halt> failed(
      Job job, List<Checkpoint> checkpoints, Collection<JournalTail> tails) {
    for (JournalTail tail : tails) {
      Optional<Failing> failing = tail.head().failing().filter(Failing::hasGivenUp);
      if (failing.isPresent()) {
        return Optional.of(new Halt.Failed(failure(tail, failing.get())));
      }
    }
    List<Checkpoint> ofEpoch =
        checkpoints.stream()
            .filter(checkpoint -> checkpoint.trigger().epoch().equals(job.epoch()))
            .toList();
    int inARow = failedInARow(ofEpoch);
    int tolerable = job.settings().tolerableFailedCheckpoints();
    if (inARow <= tolerable) {
      return Optional.empty();
    }
    return Optional.of(
        new Halt.Failed(
            Failure.of(
                FailureReason.TOO_MANY_FAILED_CHECKPOINTS,
                inARow
                    + " checkpoints failed in a row, and execution.checkpointing."
                    + "tolerable-failed-checkpoints is "
                    + tolerable)));
  }

  /** Whether a subtask is in the epoch of a checkpoint: another epoch's state must not be in it. */
  public boolean belongs(Epoch epoch, JournalTail tail) {
    return tail.head().epoch().equals(epoch);
  }

  /** Whether a restore is over: every journal has its epoch, and no shard has a gap to close. */
  public boolean isReplayed(Epoch epoch, Collection<JournalTail> tails) {
    return tails.stream()
        .allMatch(tail -> tail.head().epoch().equals(epoch) && !tail.head().hasGap());
  }

  public boolean carriesForward(JournalTail tail) {
    return tail.isUnchanged();
  }

  /**
   * Whether a subtask has to be woken to answer: it was asked, has not answered, and nothing else
   * seems to invoke it.
   */
  public boolean needsWake(
      Checkpoint.Pending pending, JournalTail tail, Duration idleAfter, Instant now) {
    boolean asked =
        tail.sinceBase().stream()
            .anyMatch(
                entry -> entry instanceof Entry.Triggered t && t.checkpoint().equals(pending.id()));
    return asked && isSilent(tail, idleAfter, now);
  }

  /** Whether no task has written for so long that none seems to be at work. */
  public boolean isSilent(JournalTail tail, Duration idleAfter, Instant now) {
    Instant last = tail.lastTaskEntry();
    // Written in the future: by a clock that is off, so it tells nothing.
    boolean isUnbelievable = last.isAfter(now.plus(idleAfter));
    return isUnbelievable || !last.plus(idleAfter).isAfter(now);
  }

  public Resolution resolve(
      Job job, Checkpoint.Pending pending, List<Acknowledgement> acknowledgements, Instant now) {
    if (job.epoch().isAfter(pending.trigger().epoch())) {
      return new Resolution.Abort(
          Failure.of(FailureReason.RESTORED_OVER, "the job has gone on to another epoch"));
    }
    if (job.latest().isPresent() && isSubsumed(pending, job.latest().get())) {
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
              "the list of its subtasks expired: nobody looked at it for weeks"));
    }
    SortedSet<SubtaskId> missing = new TreeSet<>(pending.subtasks());
    acknowledgements.forEach(acknowledgement -> missing.remove(acknowledgement.subtask()));
    if (isComplete(missing)) {
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

  /** Whether a completed checkpoint stands for this one; a savepoint stands for itself. */
  public boolean isSubsumed(Checkpoint.Pending pending, CheckpointId completed) {
    return !pending.isSavepoint() && completed.isAfter(pending.id());
  }

  Failure subsumed(CheckpointId by) {
    return Failure.of(FailureReason.SUBSUMED, "checkpoint " + by + " was completed before it");
  }

  public boolean isComplete(Set<SubtaskId> missing) {
    return missing.isEmpty();
  }

  /** How far a subtask was ever applied, which a restore never takes back. */
  public Position frontier(Entry.Header head) {
    return Position.max(head.frontier(), head.position());
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

  /**
   * How many checkpoints failed after the last one that became complete. One that gave way to a
   * restore, or to a halt, did not fail.
   */
  public int failedInARow(List<Checkpoint> checkpoints) {
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
  public boolean isDeletionDue(
      Job job,
      List<Checkpoint> checkpoints,
      Collection<JournalTail> tails,
      Duration longestInvocation,
      Instant now) {
    Duration untilOld = longestInvocation.plus(RECENTLY);
    return !subsumed(job, checkpoints, 0).isEmpty()
        || tails.stream().anyMatch(tail -> tail.head().writtenAt().plus(untilOld).isAfter(now));
  }

  /**
   * Whether the metadata file that is there already is the one that was to be written: another
   * coordinator's, or an earlier attempt's. What a former job of the same name has left is not.
   */
  public boolean isWritten(byte[] there, byte[] metadata) {
    return Arrays.equals(there, metadata);
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
