package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry.Header;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.ShardScan;
import dev.cairn.stream.ShardScan.Step;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.ports.TaskException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Reads a shard again from a restored position, and proves that no record is missing.
 *
 * <p>A shard may be quiet for days, and Kinesis takes minutes of it at a time. The time up to which
 * no record was found is journalled, so that the next invocation continues there.
 */
final class Replay {
  /** Times of arrival are approximate, and clocks differ, so this much is read again. */
  private static final Duration REREAD = Duration.ofMinutes(2);

  private final StreamReader stream;
  private final TaskDecisions decisions;
  private final InstantSource clock;

  Replay(StreamReader stream, TaskDecisions decisions, InstantSource clock) {
    this.stream = stream;
    this.decisions = decisions;
    this.clock = clock;
  }

  /** The result of a step of a replay. */
  sealed interface Next {
    /** The records right after the position, at least one. */
    record Records(List<StreamRecord> records) implements Next {}

    /**
     * The time was over before a record was found.
     *
     * @param quietUntil the time up to which no record arrived after the position; empty if it is
     *     not later than the journal's
     */
    record OutOfTime(Optional<Instant> quietUntil) implements Next {}
  }

  /**
   * Reads the next records after a position, up to a limit.
   *
   * @param mayContinue called before each page after the first ones; whether there is time for it
   * @throws TaskException if the record at the position is no longer kept, or the stream ends
   *     before the frontier
   */
  Next next(ShardId shard, Header head, int limit, BooleanSupplier mayContinue) {
    try {
      return read(shard, head, limit, mayContinue);
    } catch (NotInStreamException e) {
      throw new TaskException(
          FailureReason.REPLAY_IMPOSSIBLE,
          shard
              + " cannot be replayed: "
              + e.getMessage()
              + "; if the stream was deleted and created again, its records are lost: restore"
              + " with --accept-gap to continue without them");
    }
  }

  private Next read(ShardId shard, Header head, int limit, BooleanSupplier mayContinue) {
    SequenceNumber required = required(head);
    boolean isAfter = head.position() instanceof Position.After;
    // The record at the position itself comes first; it is read only to check that it exists.
    ShardScan scan =
        new ShardScan(stream, clock, shard, new From.At(required), isAfter ? limit + 1 : limit);
    switch (scan.first(mayContinue)) {
      case Step.Records(List<StreamRecord> records) -> {
        requireStart(shard, required, records.getFirst());
        if (!isAfter || records.size() > 1) {
          return new Next.Records(records.subList(isAfter ? 1 : 0, records.size()));
        }
      }
      case Step.Tip t -> throw endsEarly(shard, head);
      case Step.Quiet q -> {
        if (scan.hasPassed()) {
          throw expired(shard, required);
        }
        return new Next.OutOfTime(Optional.empty());
      }
    }
    ShardScan rest =
        head.following()
            .quietUntil()
            .map(
                quiet ->
                    new ShardScan(stream, clock, shard, new From.Time(quiet.minus(REREAD)), limit))
            .orElse(scan);
    return afterQuiet(shard, head, required, rest, mayContinue);
  }

  /** Continues the read when no record was found right after the position. */
  private Next afterQuiet(
      ShardId shard,
      Header head,
      SequenceNumber required,
      ShardScan scan,
      BooleanSupplier mayContinue) {
    do {
      Step step;
      try {
        step = scan.step();
      } catch (StreamException e) {
        Next sofar = outOfTime(shard, head, required, scan);
        if (sofar.equals(new Next.OutOfTime(Optional.empty()))) {
          throw e;
        }
        // Records that were read before the stream refused are kept.
        return sofar;
      }
      switch (step) {
        case Step.Records(List<StreamRecord> found) -> {
          List<StreamRecord> records =
              found.stream().filter(one -> head.position().isBefore(one.sequenceNumber())).toList();
          if (!records.isEmpty()) {
            requireRetained(shard, required);
            return new Next.Records(records);
          }
        }
        case Step.Tip t -> throw endsEarly(shard, head);
        case Step.Quiet q -> {}
      }
    } while (mayContinue.getAsBoolean());
    return outOfTime(shard, head, required, scan);
  }

  private Next outOfTime(ShardId shard, Header head, SequenceNumber required, ShardScan scan) {
    Optional<Instant> quietUntil =
        scan.reached()
            .filter(until -> head.following().quietUntil().map(until::isAfter).orElse(true));
    if (quietUntil.isPresent()) {
      requireRetained(shard, required);
    }
    return new Next.OutOfTime(quietUntil);
  }

  /**
   * Requires that the record at the position is still kept. Then everything after it was kept while
   * the pages were read.
   */
  private void requireRetained(ShardId shard, SequenceNumber required) {
    ShardScan scan = new ShardScan(stream, clock, shard, new From.At(required), 1);
    switch (scan.first(() -> true)) {
      case Step.Records(List<StreamRecord> records) -> {
        if (!decisions.isRetained(required, records.getFirst())) {
          throw expired(shard, required, records.getFirst());
        }
      }
      case Step.Tip t -> throw expired(shard, required);
      case Step.Quiet q -> throw expired(shard, required);
    }
  }

  private void requireStart(ShardId shard, SequenceNumber required, StreamRecord first) {
    if (!decisions.resumesAt(required, first)) {
      throw expired(shard, required, first);
    }
  }

  private static TaskException expired(
      ShardId shard, SequenceNumber required, StreamRecord oldest) {
    return expired(shard, required, ", the oldest kept is " + oldest.sequenceNumber());
  }

  private static TaskException expired(ShardId shard, SequenceNumber required) {
    return expired(shard, required, ", and so is what came right after it");
  }

  private static TaskException expired(ShardId shard, SequenceNumber required, String kept) {
    return new TaskException(
        FailureReason.REPLAY_IMPOSSIBLE,
        shard
            + " cannot be replayed: record "
            + required
            + " is beyond the stream's retention"
            + kept
            + "; restore a later checkpoint, whose position is still kept, or restore with"
            + " --accept-gap to continue without the expired records");
  }

  private static TaskException endsEarly(ShardId shard, Header head) {
    return new TaskException(
        FailureReason.REPLAY_IMPOSSIBLE,
        shard
            + " ends before record "
            + head.frontier()
            + ", which was applied once; its records are beyond the stream's retention: restore a"
            + " later checkpoint, or restore with --accept-gap to continue without the"
            + " expired records");
  }

  private static SequenceNumber required(Header head) {
    return switch (head.position()) {
      case Position.Before before -> before.first();
      case Position.Within within -> within.aggregate();
      case Position.After after -> after.last();
      case Position.Beginning b ->
          head.firstApplied()
              .orElseThrow(
                  () ->
                      new TaskException(
                          FailureReason.REPLAY_IMPOSSIBLE,
                          "revision " + head.revision() + " has a frontier but no first record"));
      case Position.End e ->
          throw new TaskException(
              FailureReason.REPLAY_IMPOSSIBLE, "a shard at its end has nothing to replay");
    };
  }
}
