package dev.cairn.coordinator.journals;

import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

/**
 * The guards that read a journal: its subtask's epoch, its gap, and the tasks at work. Each guard
 * excludes one order of events in which two processes together would make state wrong.
 *
 * <p>The coordinator uses {@link #ALL}. The simulation replaces one guard at a time by a predicate
 * that always agrees, and must detect the violation.
 */
public record JournalGuards(
    OfEpoch isOfEpoch,
    Entered hasEntered,
    Replayed isReplayed,
    Silent isSilent,
    Frontier frontier) {

  /** All guards, active. */
  public static final JournalGuards ALL =
      new JournalGuards(
          (epoch, tail) -> tail.head().epoch().equals(epoch),
          (job, tail) -> tail.head().epoch().equals(job.epoch()) && !tail.isOpenedForRestore(),
          (epoch, tails) ->
              tails.stream()
                  .allMatch(tail -> tail.head().epoch().equals(epoch) && !tail.head().hasGap()),
          JournalGuards::isSilentFor,
          head -> Position.max(head.frontier(), head.position()));

  /**
   * Whether a subtask is in the epoch of a checkpoint.
   *
   * <p>Excludes: a coordinator begins a checkpoint and is delayed, a restore puts another state
   * into the journals, and the coordinator then requests that state for its checkpoint. Rule:
   * {@code docs/protocol.md}, "A checkpoint", step 2.
   */
  @FunctionalInterface
  public interface OfEpoch {
    boolean test(Epoch epoch, JournalTail tail);
  }

  /**
   * Whether a journal is in the job's epoch with everything that it gets there.
   *
   * <p>Excludes: a coordinator opens a shard for a restore and dies before it puts the state there;
   * the next one takes the journal for restored, and the shard goes on with an empty state. Rule:
   * {@code docs/protocol.md}, "A restore of k", step 4.
   */
  @FunctionalInterface
  public interface Entered {
    boolean test(Job job, JournalTail tail);
  }

  /**
   * Whether a restore is over.
   *
   * <p>Excludes: the job counts as RUNNING while a shard has records to apply again, so users take
   * the restore for complete when it is not. Rule: {@code docs/protocol.md}, "A restore of k", step
   * 6.
   */
  @FunctionalInterface
  public interface Replayed {
    boolean test(Epoch epoch, Collection<JournalTail> tails);
  }

  /**
   * Whether no task has written for so long that probably none is at work.
   *
   * <p>Excludes: a trigger or a gap on a shard without new records, for which the mapping invokes
   * no task, so that the checkpoint or the restore never ends. Rule: {@code
   * docs/adr/0002-wakes-are-derived.md}.
   */
  @FunctionalInterface
  public interface Silent {
    boolean test(JournalTail tail, Duration idleAfter, Instant now);
  }

  /**
   * Returns the furthest position that a subtask has ever applied, which a restore never reduces.
   *
   * <p>Excludes: a second restore begins before the first one's gap is closed, and takes the
   * position in the middle of the gap for the end of what the mapping has delivered; the records
   * between the two are never applied again. Rule: {@code docs/protocol.md}, "A restore of k", step
   * 4.
   */
  @FunctionalInterface
  public interface Frontier {
    Position of(Entry.Header head);
  }

  private static boolean isSilentFor(JournalTail tail, Duration idleAfter, Instant now) {
    Instant last = tail.lastTaskEntry();
    // A time in the future was written by a wrong clock and is ignored.
    boolean isUnbelievable = last.isAfter(now.plus(idleAfter));
    return isUnbelievable || !last.plus(idleAfter).isAfter(now);
  }
}
