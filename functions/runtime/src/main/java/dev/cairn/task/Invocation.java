package dev.cairn.task;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.StepwiseApplication.BlamedRecord;
import dev.cairn.task.journalling.UncommittedBatch;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.subtask.Subtask;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One invocation of the function for one shard: what it was given, and how far it has come. An
 * invocation makes several attempts if one fails and more care may help.
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
  private boolean hasMadeRoom;

  private Invocation(
      ShardId shard,
      Writer writer,
      Deadline deadline,
      Duration margin,
      Optional<RereadableBatch> batch) {
    this.shard = shard;
    this.writer = writer;
    this.deadline = deadline;
    this.margin = margin;
    this.batch = batch;
  }

  /**
   * An invocation by the mapping.
   *
   * @param margin how much of its time an invocation keeps to end in order
   */
  static <E> Invocation<E> ofBatch(RereadableBatch batch, Deadline deadline, Duration margin) {
    return new Invocation<>(batch.shard(), Writer.MAPPING, deadline, margin, Optional.of(batch));
  }

  /** An invocation by the coordinator, without records. */
  static <E> Invocation<E> ofWake(ShardId shard, Deadline deadline, Duration margin) {
    return new Invocation<>(shard, Writer.WAKE, deadline, margin, Optional.empty());
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

  /** The subtask, once it is loaded: what fails then fails at its head. */
  Optional<Subtask<E>> subtask() {
    return subtask;
  }

  void attach(Optional<Subtask<E>> on) {
    subtask = on;
  }

  /** The records that are not journalled yet. */
  Optional<UncommittedBatch<E>> work() {
    return work;
  }

  void begins(UncommittedBatch<E> next) {
    work = Optional.of(next);
  }

  /** Forgets what an attempt had in memory. The next attempt begins with what the journal has. */
  void resetAttempt() {
    subtask = Optional.empty();
    work = Optional.empty();
  }

  /** The record that an earlier attempt could not apply, although nothing else was uncommitted. */
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

  /** The first record of the batch that is still to be applied, if the batch can be read. */
  Optional<SequenceNumber> firstRecord(Predicate<SequenceNumber> isToBeApplied) {
    if (batch.isEmpty()) {
      return Optional.empty();
    }
    RereadableBatch records = batch.get();
    try {
      records.rewind();
      while (records.hasNext()) {
        StreamRecord record = records.next();
        if (isToBeApplied.test(record.sequenceNumber())) {
          return Optional.of(record.sequenceNumber());
        }
      }
    } catch (RuntimeException unreadable) {
      // A batch that cannot be read is what failed, and says nothing of its records.
    }
    return Optional.empty();
  }
}
