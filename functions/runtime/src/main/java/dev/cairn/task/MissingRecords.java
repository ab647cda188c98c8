package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.ShardFailure;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.ShardScan;
import dev.cairn.stream.ShardScan.Step;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamRecord;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.subtask.Subtask;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Detects records that a mapping passed over before they were applied. When a shard was blocked for
 * longer than the stream keeps records, the mapping silently continues with the oldest record that
 * is left. With a {@code ParallelizationFactor} above 1, it delivers the records of a shard in
 * several sequences ({@code docs/adr/0041-parallelization-factor.md}).
 *
 * <p>A healthy batch needs no call: its first record is young, or was applied before.
 */
final class MissingRecords {
  /** The shortest retention period of any stream. */
  private static final Duration SHORTEST_RETENTION = Duration.ofHours(24);

  private static final Duration LONGEST_MARGIN = Duration.ofHours(1);
  private static final Duration RETENTION_IS_KNOWN_FOR = Duration.ofMinutes(10);

  private final StreamReader stream;
  private final TaskDecisions decisions;
  private final InstantSource clock;
  private Optional<Known> known = Optional.empty();

  private record Known(Duration retention, Instant since) {}

  MissingRecords(StreamReader stream, TaskDecisions decisions, InstantSource clock) {
    this.stream = stream;
    this.decisions = decisions;
    this.clock = clock;
  }

  /**
   * Stops a shard that may have lost records before one that it is to go on with.
   *
   * @throws TaskException if it may have
   */
  void requireNone(Subtask<?> subtask, StreamRecord first) {
    Optional<String> lost = before(subtask.id().shard(), subtask.head(), first);
    if (lost.isPresent()) {
      throw new TaskException(FailureReason.RECORDS_LOST, lost.get());
    }
  }

  /**
   * Stops a shard whose mapping leaves records out of its batches.
   *
   * @param applied the last record of a batch that is applied
   * @param next the first one that is not
   * @throws TaskException if the record at the position should be one of them, and is not
   */
  void requireContinuous(Subtask<?> subtask, UserRecord applied, UserRecord next) {
    Position position = subtask.head().position();
    if (decisions.leavesRecordsOut(position, applied, next)) {
      throw new TaskException(
          FailureReason.RECORDS_LEFT_OUT,
          subtask.id().shard()
              + " is not given every record: a batch has record "
              + applied.number()
              + ", which is applied, and record "
              + next.number()
              + " after it, but not record "
              + position
              + " in between, which was applied last; so Lambda delivers this shard in several"
              + " batches beside each other, and those that come late count as applied: "
              + FailureReason.RECORDS_LEFT_OUT.advice());
    }
  }

  /**
   * Returns why records between the position and a batch may have been lost; empty if none are, or
   * if the user accepts the loss.
   *
   * @param first the first record of the batch
   */
  private Optional<String> before(ShardId shard, Header head, StreamRecord first) {
    if (!head.position().isBefore(first.sequenceNumber())) {
      return Optional.empty();
    }
    Optional<SequenceNumber> waiting = head.following().waiting();
    if (waiting.isEmpty() && head.following().mayBeMissing()) {
      return Optional.empty();
    }
    waiting =
        waiting
            .or(() -> head.failing().flatMap(ShardFailure::nextRecord))
            .or(() -> head.position().partlyApplied());
    if (waiting.isPresent()) {
      // The record is right after the position, so nothing is missing if the mapping sends it
      // again.
      return decisions.beginsBeyond(waiting.get(), first)
          ? Optional.of(
              message(shard, waiting.get(), "came before it and was to be sent again", first))
          : Optional.empty();
    }
    Optional<SequenceNumber> last = head.position().record();
    if (last.isEmpty() || !isNearlyExpired(first) || isRetained(shard, last.get())) {
      return Optional.empty();
    }
    return Optional.of(message(shard, last.get(), "was applied last and is no longer kept", first));
  }

  /** Whether records before this one may have expired recently. */
  private boolean isNearlyExpired(StreamRecord first) {
    Instant now = clock.instant();
    Duration age = Duration.between(first.arrival(), now);
    return age.compareTo(SHORTEST_RETENTION.minus(LONGEST_MARGIN)) >= 0
        && decisions.isNearlyExpired(age, retention(now), LONGEST_MARGIN);
  }

  private Duration retention(Instant now) {
    if (known.filter(one -> now.isBefore(one.since().plus(RETENTION_IS_KNOWN_FOR))).isEmpty()) {
      known = Optional.of(new Known(stream.retention(), now));
    }
    return known.orElseThrow().retention();
  }

  /** As long as the stream keeps the last applied record, it keeps all records after it. */
  private boolean isRetained(ShardId shard, SequenceNumber last) {
    ShardScan scan = new ShardScan(stream, clock, shard, new From.At(last), 1);
    try {
      return switch (scan.first(() -> true)) {
        case Step.Records found -> found.records().getFirst().sequenceNumber().equals(last);
        case Step.Tip t -> false;
        case Step.Quiet q -> false;
      };
    } catch (NotInStreamException e) {
      return false;
    }
  }

  private static String message(
      ShardId shard, SequenceNumber last, String what, StreamRecord first) {
    return shard
        + " may have lost records: the mapping continues with record "
        + first.sequenceNumber()
        + ", which arrived at "
        + first.arrival()
        + ", and record "
        + last
        + " "
        + what
        + "; records that arrived in between are lost if they have expired: "
        + FailureReason.RECORDS_LOST.advice();
  }
}
