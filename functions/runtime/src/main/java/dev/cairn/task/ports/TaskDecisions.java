package dev.cairn.task.ports;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.ShardFailure;
import dev.cairn.state.HashRange;
import dev.cairn.state.Manifest;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.StreamRecord;
import dev.cairn.stream.UserRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The decisions of a task, as pure functions. Each of them guards exactness. */
public class TaskDecisions {
  private static final Duration PROMPT = Duration.ofSeconds(10);
  private static final int MOST_BETWEEN_TRIES = 8;

  /** How many entries in a row try to store a base before there is a pause. */
  public static final int MATERIALIZE_TRIES = 3;

  /**
   * The outcome of an append that did not simply succeed, derived from the journal's entries after
   * the state from which it was made.
   */
  public enum Outcome {
    /** The entry is in the journal; only the response was lost. */
    COMMITTED,
    /** The entry is not in the journal and may be appended again. */
    NOT_THERE,
    /**
     * Only triggers were appended in between. They do not change the state, so the entry may follow
     * them.
     */
    REBASE,
    /**
     * Other writers stored the state with which this work began, for a checkpoint or to keep the
     * journal short. The work remains valid, but files that were prepared for it may be collected,
     * so it is prepared again.
     */
    PREPARE_ANEW,
    /**
     * Another writer has continued from the same state. The results of this work must not become
     * visible.
     */
    LOST
  }

  /** Whether a shard is to be applied to its end. */
  public boolean isEnd(Position target) {
    return target instanceof Position.End;
  }

  /** Whether this record has yet to be applied. */
  public boolean admits(Position position, UserRecord record) {
    return position.isBefore(record.position());
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

  /** The next step with the records of a suspected shard. */
  public sealed interface Step {
    /** This many records are announced and applied. */
    record Begin(int records) implements Step {}

    /** No step: the invocation that applies the next record may still be at work. */
    record Wait() implements Step {}

    /** The next record is the cause: it was applied alone, and the invocation did not return. */
    record Blame() implements Step {}
  }

  /**
   * Halves a step that did not return. Only for a single record the invocation that applies it must
   * have ended: a smaller step is always safe, but a record that another invocation is still
   * applying must not be blamed.
   *
   * @param waiting how many records may be applied, 1 or more
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
   * Returns the head at which a failure is recorded, if the shard has not advanced since it failed.
   * Empty if another writer has continued, or has recorded a failure already.
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
      // Only the coordinator can continue a shard that was given up.
      case Entry.Failed f -> f.header().failing().stream().noneMatch(ShardFailure::hasGivenUp);
      case Entry.Suspected s -> true;
    };
  }

  /**
   * Whether a task may apply records: not while the job is halted, nor before the time of the next
   * attempt at a failed record.
   */
  public boolean mayApply(Entry.Header head, Instant now) {
    return !isSuspended(head) && head.failing().stream().noneMatch(one -> one.isHeldUp(now));
  }

  /**
   * Whether records from the mapping may be applied: not while there is a gap, whose records come
   * first and were delivered before.
   */
  public boolean isReplayed(Entry.Header head) {
    return !head.hasGap();
  }

  /**
   * Whether a subtask is closed, in an epoch. One that is brought into a later epoch is closed in
   * that one only when its journal says so: a restore may have put it back to where it was open.
   *
   * @param journal the subtask's, from its last base on; not empty
   */
  public boolean isClosed(List<Entry> journal, Epoch epoch) {
    boolean isClosed =
        switch (((Entry.Base) journal.getFirst()).mode()) {
          case CLOSED, ANCESTOR -> true;
          case LIVE, UNOPENED -> false;
        };
    return isClosed && journal.getLast().header().epoch().equals(epoch);
  }

  /**
   * Whether a shard may be opened in this status. A shard that is opened in a halted job would be
   * the only one to run. It is opened only in the epoch that was read with this status, and every
   * halt increases the epoch. During a restore only the coordinator opens the shards that get
   * state, because a shard opened by a task would begin without state.
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

  /** The part of a parent's state that a child takes over: that of the child's keys. */
  public Manifest inherited(Manifest parent, HashRange child) {
    return parent.within(child);
  }

  /**
   * Whether a subtask may hold state of a shard's keys.
   *
   * @param held the keys that the subtask has or had; empty if that is not known
   */
  public boolean mayHold(Optional<HashRange> held, HashRange opened) {
    return held.map(range -> range.intersection(opened).isPresent()).orElse(true);
  }

  /**
   * Whether a trigger's checkpoint has ended: it is completed, aborted, deleted, or of another
   * epoch. A checkpoint is stored as pending before its first trigger is written.
   *
   * @param found the checkpoint as it was just read
   */
  public boolean isOver(Entry.Triggered trigger, Optional<Checkpoint> found) {
    return found
        .filter(Checkpoint.Pending.class::isInstance)
        .filter(one -> one.trigger().epoch().equals(trigger.header().epoch()))
        .isEmpty();
  }

  /**
   * Whether to read the checkpoint to find out if it has ended. Normally a trigger is acknowledged
   * immediately, without all tasks reading the one item.
   *
   * @param unacknowledgedBefore how many triggers before this one in a row have no snapshot
   */
  public boolean mayHaveEnded(Entry.Triggered trigger, int unacknowledgedBefore, Instant now) {
    return unacknowledgedBefore > 0
        || Duration.between(trigger.header().writtenAt(), now).compareTo(PROMPT) > 0;
  }

  /**
   * Whether a snapshot is attempted although the last ones did not fit into their invocations. Each
   * attempt takes an invocation's time from the records, so only the first three, the fifth, and
   * then every eighth are made.
   *
   * @param unacknowledgedBefore how many triggers before this one in a row have no snapshot
   */
  public boolean triesSlowSnapshot(int unacknowledgedBefore) {
    return unacknowledgedBefore < MOST_BETWEEN_TRIES
        ? Integer.bitCount(unacknowledgedBefore) <= 1
        : unacknowledgedBefore % MOST_BETWEEN_TRIES == 0;
  }

  /**
   * Whether a base is due to keep the journal short. If a base cannot be stored, it is tried a few
   * times, and then each time that the journal has become longer by a multiple of its limit. So the
   * journal can still be loaded between two tries, however long no base can be stored.
   *
   * @param entries how many entries follow the last base
   * @param mostEntries how many may follow it
   */
  public boolean isLong(int entries, int mostEntries) {
    return reaches(entries - MATERIALIZE_TRIES, entries, mostEntries);
  }

  /**
   * Whether a base is due to keep the journal small; tried as often as one that keeps it short.
   *
   * @param bytes how large the changes since the last base are
   * @param mostBytes how large they may be
   * @param bytesBeforeTries how large they were {@value #MATERIALIZE_TRIES} entries ago
   */
  public boolean isLarge(long bytes, long mostBytes, long bytesBeforeTries) {
    return reaches(bytesBeforeTries, bytes, mostBytes);
  }

  /** Whether a size that grew has come to one of those at which a base is tried. */
  private static boolean reaches(long before, long now, long most) {
    return now >= most && (before < most || triedAt(now / most) > triedAt(before / most));
  }

  /** Bases are tried at the limit, and at each even multiple of it. */
  private static long triedAt(long multiple) {
    return multiple == 1 ? 1 : multiple - multiple % 2;
  }

  public boolean isSuspended(Entry.Header head) {
    return head.suspended();
  }

  /**
   * Whether these entries continue the journal right after this entry: no revision is missing, and
   * each names its predecessor.
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
   * Whether an entry follows this one, and not another entry of the same revision: a table that was
   * restored from a backup has other entries at revisions that a warm container knows.
   */
  public boolean isMadeAfter(EntryId before, Entry.Header next) {
    return next.prev().equals(Optional.of(before));
  }

  /** Whether the bytes of a file are those that were written. */
  public boolean isIntact(FileRef expected, byte[] read) {
    return read.length == expected.sizeBytes() && Sha256.of(read).equals(expected.sha256());
  }

  /**
   * Whether a replay may continue with this record. If the requested record has expired, Kinesis
   * returns the oldest one, so only the requested record proves that none is missing.
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

  /** Returns the format of a new journal, which an earlier release may have to continue. */
  public FormatVersion format(Job job) {
    return job.format();
  }

  /** Whether a batch begins after the record that is known to be the next one to apply. */
  public boolean beginsBeyond(SequenceNumber waiting, StreamRecord first) {
    return waiting.compareTo(first.sequenceNumber()) < 0;
  }

  /**
   * Whether a batch leaves records out. Two records that follow each other in a batch, one applied
   * and the next one not, follow each other in the shard as well, so that the record at the
   * position is one of them. It is neither where a mapping delivers the records of a shard in
   * several sequences beside each other.
   *
   * @param applied the last record of the batch that is applied
   * @param next the first one that is not
   */
  public boolean leavesRecordsOut(Position position, UserRecord applied, UserRecord next) {
    return switch (position) {
      case Position.After(SequenceNumber last) -> !last.equals(applied.sequenceNumber());
      case Position.Within(SequenceNumber aggregate, SubSequenceNumber part) ->
          !aggregate.equals(next.sequenceNumber());
      // No record that the job has applied is right before the next one.
      case Position.Beginning b -> false;
      case Position.Before b -> false;
      case Position.End e -> false;
    };
  }

  /**
   * Whether records of a shard may have expired shortly before this record.
   *
   * @param margin how long after a loss it is still detected; at most a tenth of a short retention
   */
  public boolean isNearlyExpired(Duration age, Duration retention, Duration margin) {
    Duration tenth = retention.dividedBy(10);
    return age.compareTo(retention.minus(margin.compareTo(tenth) > 0 ? tenth : margin)) >= 0;
  }
}
