package dev.cairn.task;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.job.WakeMessage;
import dev.cairn.job.WakeMessage.Purpose;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.StepwiseApplication.BlamedRecord;
import dev.cairn.task.journalling.UncommittedBatch;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.subtask.Subtask;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One invocation of the function for one shard: its input and its progress. After a failure an
 * invocation may make further, more careful attempts.
 */
final class Invocation<E> {
  private final ShardId shard;
  private final Writer writer;
  private final Deadline deadline;
  private final Duration margin;
  private final Optional<RereadableBatch> batch;
  private Optional<Subtask<E>> subtask = Optional.empty();
  private Optional<UncommittedBatch<E>> work = Optional.empty();
  private Optional<BlamedRecord> blamed = Optional.empty();
  private final Purpose purpose;
  private boolean hasMadeRoom;

  private Invocation(
      ShardId shard,
      Writer writer,
      Deadline deadline,
      Duration margin,
      Optional<RereadableBatch> batch,
      Purpose purpose) {
    this.purpose = purpose;
    this.shard = shard;
    this.writer = writer;
    this.deadline = deadline;
    this.margin = margin;
    this.batch = batch;
  }

  /**
   * Creates an invocation by the mapping.
   *
   * @param margin the time that an invocation reserves for an orderly end
   */
  static <E> Invocation<E> ofBatch(RereadableBatch batch, Deadline deadline, Duration margin) {
    return new Invocation<>(
        batch.shard(), Writer.MAPPING, deadline, margin, Optional.of(batch), Purpose.PENDING_WORK);
  }

  /** An invocation without records, by the coordinator or by a shard that waits for this one. */
  static <E> Invocation<E> ofWake(WakeMessage wake, Deadline deadline, Duration margin) {
    return new Invocation<>(
        wake.shard(), Writer.WAKE, deadline, margin, Optional.empty(), wake.purpose());
  }

  /** Returns the purpose of a wake. */
  Purpose purpose() {
    return purpose;
  }

  ShardId shard() {
    return shard;
  }

  Writer writer() {
    return writer;
  }

  Deadline deadline() {
    return deadline;
  }

  boolean hasTime() {
    return deadline.remaining().compareTo(margin) > 0;
  }

  /** Returns the subtask, once it is loaded; later failures are recorded at its head. */
  Optional<Subtask<E>> subtask() {
    return subtask;
  }

  void attach(Optional<Subtask<E>> on) {
    subtask = on;
  }

  /** Returns the batch of records that are not journalled yet. */
  Optional<UncommittedBatch<E>> work() {
    return work;
  }

  void begins(UncommittedBatch<E> next) {
    work = Optional.of(next);
  }

  /** Clears an attempt's data in memory. The next attempt begins from the journal. */
  void resetAttempt() {
    subtask = Optional.empty();
    work = Optional.empty();
  }

  /**
   * Returns the record that an earlier attempt could not apply, although nothing else was
   * uncommitted.
   */
  Optional<BlamedRecord> blamed() {
    return blamed;
  }

  void blames(BlamedRecord record) {
    blamed = Optional.of(record);
  }

  /** Whether all states were dropped after an OutOfMemoryError. */
  boolean hasDroppedAll() {
    return hasMadeRoom;
  }

  void dropAll() {
    hasMadeRoom = true;
  }

  /**
   * Returns the first Kinesis record of the batch that is still to be applied, or a part of it, if
   * the batch can be read.
   */
  Optional<SequenceNumber> firstRecord(Predicate<UserRecord> isToBeApplied) {
    if (batch.isEmpty()) {
      return Optional.empty();
    }
    RereadableBatch records = batch.get();
    try {
      records.rewind();
      while (records.hasNext()) {
        UserRecord record = records.next();
        if (isToBeApplied.test(record)) {
          return Optional.of(record.sequenceNumber());
        }
      }
    } catch (RuntimeException unreadable) {
      // The batch itself cannot be read, so its records are unknown.
    }
    return Optional.empty();
  }
}
