package dev.cairn.task;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry.Header;
import dev.cairn.state.StartPosition;
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

  /** How long after records have expired that is still noticed. */
  private static final Duration LONGEST_MARGIN = Duration.ofHours(1);

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

    /** No record follows at present, and more may come: the shard is open. */
    record Tip() implements Next {}

    /** No record follows, and none ever will: the shard is closed, and read to its end. */
    record End() implements Next {}

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
  Next next(
      ShardId shard, Header head, StartPosition start, int limit, BooleanSupplier mayContinue) {
    try {
      return read(shard, head, start, limit, mayContinue);
    } catch (NotInStreamException e) {
      if (head.following().mayBeMissing()) {
        return new Next.End();
      }
      throw new TaskException(
          FailureReason.REPLAY_IMPOSSIBLE,
          shard
              + " cannot be replayed: "
              + e.getMessage()
              + "; if the stream was deleted and created again, its records are lost: restore"
              + " with --accept-gap to continue without them");
    }
  }

  private Next read(
      ShardId shard, Header head, StartPosition start, int limit, BooleanSupplier mayContinue) {
    Optional<SequenceNumber> proof = proof(head);
    if (proof.isEmpty()) {
      return readFromStart(shard, head, start, limit, mayContinue);
    }
    SequenceNumber required = proof.get();
    boolean isAfter = head.position() instanceof Position.After;
    // The record at the position itself comes first; it is read only to check that it exists.
    ShardScan scan =
        new ShardScan(stream, clock, shard, new From.At(required), isAfter ? limit + 1 : limit);
    switch (scan.first(mayContinue)) {
      case Step.Records(List<StreamRecord> records) -> {
        if (!decisions.resumesAt(required, records.getFirst())) {
          return withoutProof(
              shard, head, required, Optional.of(records.getFirst()), limit, mayContinue);
        }
        if (!isAfter || records.size() > 1) {
          return new Next.Records(records.subList(isAfter ? 1 : 0, records.size()));
        }
      }
      case Step.Tip t -> {
        return withoutProof(shard, head, required, Optional.empty(), limit, mayContinue);
      }
      case Step.Quiet q -> {
        return scan.hasPassed()
            ? withoutProof(shard, head, required, Optional.empty(), limit, mayContinue)
            : new Next.OutOfTime(Optional.empty());
      }
    }
    ShardScan rest = afterQuiet(head).map(from -> scan(shard, from, limit)).orElse(scan);
    return readOn(shard, head, proof, rest, mayContinue);
  }

  private ShardScan scan(ShardId shard, From from, int limit) {
    return new ShardScan(stream, clock, shard, from, limit);
  }

  private static Optional<From> afterQuiet(Header head) {
    return head.following().quietUntil().map(quiet -> new From.Time(quiet.minus(REREAD)));
  }

  /** Reads a shard of which no record was ever applied, nor can be known to be missing. */
  private Next readFromStart(
      ShardId shard, Header head, StartPosition start, int limit, BooleanSupplier mayContinue) {
    From from =
        switch (start) {
          case StartPosition.TrimHorizon h -> new From.Horizon();
          case StartPosition.AtTimestamp(Instant time) -> new From.Time(time);
        };
    return readOn(
        shard,
        head,
        Optional.empty(),
        scan(shard, afterQuiet(head).orElse(from), limit),
        mayContinue);
  }

  /**
   * Goes on where the record at the position is no longer kept. Records that were applied once
   * cannot be applied again then. Records that follow all that was ever applied are not missing as
   * long as someone looked at the shard: had they come, they would have been applied before they
   * expired.
   *
   * @param oldest the oldest record that is kept, if there is one
   */
  private Next withoutProof(
      ShardId shard,
      Header head,
      SequenceNumber required,
      Optional<StreamRecord> oldest,
      int limit,
      BooleanSupplier mayContinue) {
    if (head.hasGap()) {
      throw expired(shard, required, oldest);
    }
    if (!head.following().mayBeMissing()) {
      requireNoneExpired(shard, head, required);
    }
    return readOn(
        shard,
        head,
        Optional.empty(),
        scan(shard, afterQuiet(head).orElse(new From.Horizon()), limit),
        mayContinue);
  }

  /**
   * A shard that failed, a record that was seen to wait, or an aggregate of which only a part is
   * applied, is known to have been left unread.
   */
  private void requireNoneExpired(ShardId shard, Header head, SequenceNumber last) {
    Optional<Instant> failingSince = head.failing().map(one -> one.failures().firstAt());
    boolean wasLeft =
        head.position().partlyApplied().isPresent()
            || head.following().waiting().isPresent()
            || failingSince
                .filter(
                    since ->
                        decisions.isNearlyExpired(
                            Duration.between(since, clock.instant()),
                            stream.retention(),
                            LONGEST_MARGIN))
                .isPresent();
    if (wasLeft) {
      throw new TaskException(
          FailureReason.RECORDS_LOST,
          shard
              + " may have lost records: record "
              + last
              + " was applied last and is no longer kept, and the shard was not read for as long as"
              + " the stream keeps a record; so it cannot be proved that it is applied to its end: "
              + FailureReason.RECORDS_LOST.advice());
    }
  }

  /**
   * Reads on where no record was found right after the position.
   *
   * @param proof the record that shows, as long as it is kept, that nothing after it is missing
   */
  private Next readOn(
      ShardId shard,
      Header head,
      Optional<SequenceNumber> proof,
      ShardScan scan,
      BooleanSupplier mayContinue) {
    do {
      Step step;
      try {
        step = scan.step();
      } catch (StreamException e) {
        Next sofar = outOfTime(shard, head, proof, scan);
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
            proof.ifPresent(required -> requireRetained(shard, required));
            return new Next.Records(records);
          }
        }
        case Step.Tip t -> {
          proof.ifPresent(required -> requireRetained(shard, required));
          return scan.isAtEnd() ? new Next.End() : new Next.Tip();
        }
        case Step.Quiet q -> {}
      }
    } while (mayContinue.getAsBoolean());
    return outOfTime(shard, head, proof, scan);
  }

  private Next outOfTime(
      ShardId shard, Header head, Optional<SequenceNumber> proof, ShardScan scan) {
    Optional<Instant> quietUntil =
        scan.reached()
            .filter(until -> head.following().quietUntil().map(until::isAfter).orElse(true));
    if (quietUntil.isPresent()) {
      proof.ifPresent(required -> requireRetained(shard, required));
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
          throw expired(shard, required, Optional.of(records.getFirst()));
        }
      }
      case Step.Tip t -> throw expired(shard, required, Optional.empty());
      case Step.Quiet q -> throw expired(shard, required, Optional.empty());
    }
  }

  private static TaskException expired(
      ShardId shard, SequenceNumber required, Optional<StreamRecord> oldest) {
    return expired(
        shard,
        required,
        oldest
            .map(kept -> ", the oldest kept is " + kept.sequenceNumber())
            .orElse(", and so is what came right after it"));
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

  /** The failure of a shard that ends, or seems to end, before all of its gap is applied. */
  static TaskException endsEarly(ShardId shard, Header head) {
    return new TaskException(
        FailureReason.REPLAY_IMPOSSIBLE,
        shard
            + " ends before record "
            + head.frontier()
            + ", which was applied once; its records are beyond the stream's retention: restore a"
            + " later checkpoint, or restore with --accept-gap to continue without the"
            + " expired records");
  }

  /** The record that has to be there so that nothing after the position can be missing. */
  private static Optional<SequenceNumber> proof(Header head) {
    return switch (head.position()) {
      case Position.Before before -> Optional.of(before.first());
      case Position.Within within -> Optional.of(within.aggregate());
      case Position.After after -> Optional.of(after.last());
      case Position.Beginning b -> {
        // A shard that was closed without a record has a gap up to its end, and no first record.
        if (head.firstApplied().isEmpty()
            && head.hasGap()
            && !(head.frontier() instanceof Position.End)) {
          throw new TaskException(
              FailureReason.REPLAY_IMPOSSIBLE,
              "revision " + head.revision() + " has a frontier but no first record");
        }
        yield head.firstApplied();
      }
      case Position.End e ->
          throw new TaskException(
              FailureReason.REPLAY_IMPOSSIBLE, "a shard at its end has nothing to replay");
    };
  }
}
