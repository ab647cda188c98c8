package dev.cairn.coordinator.lifecycle;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.checkpointing.CheckpointDecisions;
import dev.cairn.coordinator.journals.JobView;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.ShardFailure;
import dev.cairn.state.StartPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Decides whether a job continues, halts, fails or restores itself. */
public final class LifecycleDecisions {
  private final JournalGuards journals;

  public LifecycleDecisions(JournalGuards journals) {
    this.journals = journals;
  }

  /** Returns where the job's subtasks began; the mapping must begin there as well. */
  public Set<StartPosition> starts(Collection<JournalTail> tails) {
    return tails.stream().map(tail -> tail.base().origin().start()).collect(Collectors.toSet());
  }

  /**
   * Returns the subtasks whose head needs a missing or altered file, according to the last two
   * attempts: a single failure may have happened in transfer. Attempts that failed for other
   * reasons do not count.
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
   * Whether a shard may be stuck with a record that ends the process: no task has written for
   * longer than any invocation takes, although nothing holds the shard up. The stream shows whether
   * records are waiting.
   */
  public boolean mayBeStuck(Job job, JournalTail tail, Duration longestInvocation, Instant now) {
    Entry.Header head = tail.head();
    return journals.isOfEpoch().test(job.epoch(), tail)
        && !head.suspended()
        && head.isolation().isEmpty()
        // A failing shard is retried unless it is held up, and each attempt that returns writes an
        // entry.
        && head.failing().stream().noneMatch(one -> one.isHeldUp(now))
        && tail.isOpened()
        && !(head.position() instanceof Position.End)
        && (journals.isSilent().test(tail, longestInvocation, now) || tail.isCarriedForward());
  }

  /** Returns how many shards fail, or look for a record that ends the process. */
  public int failing(Collection<JournalTail> tails) {
    return (int)
        tails.stream()
            .map(JournalTail::head)
            .filter(head -> head.failing().isPresent() || head.isolation().isPresent())
            .count();
  }

  /** Returns the failing subtasks by name, with the reason of the last failure. */
  public SortedMap<String, Failure> failures(Collection<JournalTail> tails) {
    SortedMap<String, Failure> failures = new TreeMap<>();
    for (JournalTail tail : tails) {
      tail.head()
          .failing()
          .ifPresent(failing -> failures.put(tail.subtask().name(), failure(tail, failing)));
    }
    return failures;
  }

  private static Failure failure(JournalTail tail, ShardFailure failing) {
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

  private static String nextAfter(Position position) {
    return position instanceof Position.Before(SequenceNumber first)
        ? "record " + first
        : "the record after " + position;
  }

  /** Returns why the job fails: too many checkpoints have failed, or a shard was given up. */
  public Optional<Halt> failed(JobView view) {
    Job job = view.job();
    for (JournalTail tail : view.journals()) {
      Optional<ShardFailure> failing = tail.head().failing().filter(ShardFailure::hasGivenUp);
      if (failing.isPresent()) {
        return Optional.of(new Halt.Failed(failure(tail, failing.get())));
      }
    }
    List<Checkpoint> ofEpoch =
        view.checkpoints().stream()
            .filter(checkpoint -> checkpoint.trigger().epoch().equals(job.epoch()))
            .toList();
    int inARow = CheckpointDecisions.failedInARow(ofEpoch);
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
}
