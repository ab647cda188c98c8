package dev.cairn.task.ports;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.EntryId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.ShardFailure;
import dev.cairn.state.HashRange;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a task decides, apart from what it does: pure, and each of them a guard of exactness. */
public class TaskDecisions {
  private static final Duration PROMPT = Duration.ofSeconds(10);
  private static final int MOST_BETWEEN_TRIES = 8;
  private static final int MATERIALIZE_TRIES = 3;

  /**
   * What became of an entry that was not plainly appended, going by what the journal has after the
   * state it was made from.
   */
  public enum Outcome {
    /** It is there: only the answer was lost. */
    COMMITTED,
    /** Nothing is there: it may be appended again. */
    NOT_THERE,
    /** Only triggers came between: the state is untouched, so the entry may follow them. */
    REBASE,
    /**
     * Others stored the very state that this work began with, for a checkpoint or to keep the
     * journal short. The work holds; but files that were prepared for it before may be collected,
     * so it is prepared anew.
     */
    PREPARE_ANEW,
    /** Another writer went on from the same state. This work must not be seen by anyone. */
    LOST
  }

  /** Whether this record is still to be applied. */
  public boolean admits(Position position, SequenceNumber record) {
    return position.isBefore(record);
  }

  public Outcome outcome(EntryId mine, List<Entry> found) {
    if (found.isEmpty()) {
      return Outcome.NOT_THERE;
    }
    if (found.getFirst().header().id().equals(mine)) {
      return Outcome.COMMITTED;
    }
    if (!found.stream().allMatch(TaskDecisions::keepsState)) {
      return Outcome.LOST;
    }
    return found.stream().allMatch(Entry.Triggered.class::isInstance)
        ? Outcome.REBASE
        : Outcome.PREPARE_ANEW;
  }

  /** What is done next with the records of a suspected shard. */
  public sealed interface Step {
    /** So many records are announced and applied. */
    record Begin(int records) implements Step {}

    /** Nothing: the invocation that began the next record may still be at work. */
    record Wait() implements Step {}

    /** The next record is to blame: it was begun on its own and did not come back. */
    record Blame() implements Step {}
  }

  /**
   * Halves what did not come back. Only a single record has to wait until the invocation that began
   * it must have ended: a smaller step does no harm, but a record that another invocation is still
   * applying is not to blame for anything.
   *
   * @param waiting how many records may be begun, 1 or more
   */
  public Step step(Isolation isolation, int waiting, Instant now) {
    return switch (isolation) {
      case Isolation.Suspicion s -> new Step.Begin((waiting + 1) / 2);
      case Isolation.Steps(int records) -> new Step.Begin(Math.min(records, waiting));
      case Isolation.Begun(int records, Instant until) -> {
        if (records > 1) {
          yield new Step.Begin(Math.min(records / 2, waiting));
        }
        yield now.isBefore(until) ? new Step.Wait() : new Step.Blame();
      }
    };
  }

  /**
   * Where a failure is recorded: at the head, if the shard still stands where it failed. Empty if
   * someone has gone on since, or has recorded a failure already.
   *
   * @param failedAt the head when the shard failed
   * @param since the entries after it
   */
  public Optional<Entry.Header> failsAt(Entry.Header failedAt, List<Entry> since) {
    boolean stands =
        continues(failedAt, since)
            && since.stream()
                .allMatch(entry -> keepsState(entry) && !(entry instanceof Entry.Failed));
    if (!stands) {
      return Optional.empty();
    }
    return Optional.of(since.isEmpty() ? failedAt : since.getLast().header());
  }

  private static boolean keepsState(Entry entry) {
    return switch (entry) {
      case Entry.Triggered t -> true;
      case Entry.Snapshotted s -> true;
      case Entry.Materialized m -> true;
      case Entry.Advanced a -> false;
      case Entry.Opened o -> false;
      case Entry.Restored r -> false;
      case Entry.Closed c -> false;
      case Entry.Suspended s -> false;
      case Entry.Resumed r -> false;
      // A shard that was given up is the coordinator's to bring back.
      case Entry.Failed f -> f.header().failing().stream().noneMatch(ShardFailure::hasGivenUp);
      case Entry.Suspected s -> true;
    };
  }

  /**
   * Whether a task may apply anything from here on: not while the job halts, nor before it is time
   * for another attempt at a record that failed.
   */
  public boolean mayApply(Entry.Header head, Instant now) {
    return !isSuspended(head) && head.failing().stream().noneMatch(one -> one.isHeldUp(now));
  }

  /**
   * Whether records from the mapping may be applied: those of a gap come first, and the mapping has
   * passed them already.
   */
  public boolean isReplayed(Entry.Header head) {
    return !head.hasGap();
  }

  /**
   * Whether a shard may be opened. One that is opened while its job halts would be the only one to
   * run. It is opened only in the epoch that was read with this status, and no job halts without
   * raising it. While it is being restored, the coordinator opens the shards that get state: one
   * that a task opened would begin without.
   */
  public boolean mayOpen(JobStatus status) {
    return switch (status) {
      case JobStatus.Suspending s -> false;
      case JobStatus.Halted h -> false;
      case JobStatus.Resuming r -> true;
      case JobStatus.Running r -> true;
      case JobStatus.Restoring r -> false;
      case JobStatus.Replaying r -> true;
    };
  }

  /**
   * Whether state of a shard's keys may lie with a subtask.
   *
   * @param held the keys that the subtask has or had; empty if that is not known
   */
  public boolean mayHold(Optional<HashRange> held, HashRange opened) {
    return held.map(range -> range.intersection(opened).isPresent()).orElse(true);
  }

  /**
   * Whether a trigger's checkpoint is over: completed, aborted, deleted, or of another epoch. It is
   * pending before its first trigger is written.
   *
   * @param found the checkpoint's item as it was just read
   */
  public boolean isOver(Entry.Triggered trigger, Optional<Checkpoint> found) {
    return found
        .filter(Checkpoint.Pending.class::isInstance)
        .filter(one -> one.trigger().epoch().equals(trigger.header().epoch()))
        .isEmpty();
  }

  /**
   * Whether it is worth a read to find out if a trigger's checkpoint is over. While all is well a
   * trigger is met at once, and no task reads the item that all of them would read.
   *
   * @param unacknowledgedBefore how many triggers before this one in a row have no snapshot
   */
  public boolean mayHaveEnded(Entry.Triggered trigger, int unacknowledgedBefore, Instant now) {
    return unacknowledgedBefore > 0
        || Duration.between(trigger.header().writtenAt(), now).compareTo(PROMPT) > 0;
  }

  /**
   * Whether a snapshot is tried although the last ones did not fit into their invocations: each
   * such attempt takes an invocation's time from the records. Tried are the first three, then the
   * fifth, then each eighth.
   *
   * @param unacknowledgedBefore how many triggers before this one in a row have no snapshot
   */
  public boolean triesSlowSnapshot(int unacknowledgedBefore) {
    return unacknowledgedBefore < MOST_BETWEEN_TRIES
        ? Integer.bitCount(unacknowledgedBefore) <= 1
        : unacknowledgedBefore % MOST_BETWEEN_TRIES == 0;
  }

  /**
   * Whether a base is to be written to keep the journal short. Where a base cannot be stored, it is
   * tried a few times, and then only when the journal has doubled.
   *
   * @param entries how many entries follow the last base
   * @param mostEntries how many may follow it
   */
  public boolean isLong(int entries, int mostEntries) {
    return entries >= mostEntries
        && entries - mostEntries * Integer.highestOneBit(entries / mostEntries) < MATERIALIZE_TRIES;
  }

  /**
   * Whether a base is to be written to keep the journal small.
   *
   * @param bytes how large the changes since the last base are
   * @param mostBytes how large they may be
   * @param entriesSinceDoubled how many entries were written since their size passed a power of two
   */
  public boolean isLarge(long bytes, long mostBytes, int entriesSinceDoubled) {
    return bytes >= mostBytes && entriesSinceDoubled < MATERIALIZE_TRIES;
  }

  public boolean isSuspended(Entry.Header head) {
    return head.suspended();
  }

  /**
   * Whether these entries continue the journal right after this one: no revision is missing, and
   * each names the one before.
   */
  public boolean continues(Entry.Header head, List<Entry> found) {
    Revision revision = head.revision();
    EntryId id = head.id();
    for (Entry entry : found) {
      Entry.Header next = entry.header();
      if (!next.revision().equals(revision.next()) || !isMadeAfter(id, next)) {
        return false;
      }
      revision = next.revision();
      id = next.id();
    }
    return true;
  }

  /**
   * Whether an entry was made after this one, and not after another one of the same revision: a
   * table that was restored from a backup has other entries at revisions that a warm container
   * knows.
   */
  public boolean isMadeAfter(EntryId before, Entry.Header next) {
    return next.prev().equals(Optional.of(before));
  }

  /** Whether a file that was read is the one that was written. */
  public boolean isIntact(FileRef expected, byte[] read) {
    return read.length == expected.sizeBytes() && Sha256.of(read).equals(expected.sha256());
  }

  /**
   * Whether a replay may go on with this record. Kinesis answers with the oldest record where the
   * one asked for is no longer kept, so nothing but that very record shows that nothing is missing.
   */
  public boolean resumesAt(SequenceNumber required, StreamRecord first) {
    return first.sequenceNumber().equals(required);
  }

  /**
   * Whether the record that a replay began at is still kept after further pages were read. Records
   * may expire between two pages, and the second page then begins with the oldest that is left.
   */
  public boolean isRetained(SequenceNumber required, StreamRecord first) {
    return first.sequenceNumber().equals(required);
  }

  /** The format of a new journal. An earlier release may have to go on with it. */
  public FormatVersion format(Job job) {
    return job.format();
  }

  /** Whether a batch begins after the record that was seen to be the next one to be applied. */
  public boolean beginsBeyond(SequenceNumber waiting, StreamRecord first) {
    return waiting.compareTo(first.sequenceNumber()) < 0;
  }

  /**
   * Whether records of a shard may have expired shortly before this one does.
   *
   * @param margin how long after a loss it is still noticed; a tenth of a short retention at most
   */
  public boolean isNearlyExpired(Duration age, Duration retention, Duration margin) {
    Duration tenth = retention.dividedBy(10);
    return age.compareTo(retention.minus(margin.compareTo(tenth) > 0 ? tenth : margin)) >= 0;
  }
}
