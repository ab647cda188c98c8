package dev.cairn.coordinator.restoring;

import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Finds where in its shard a subtask begins that gets the state of other shards.
 *
 * <p>The position is that of the last record before the beginning: records up to it are skipped,
 * and a replay uses it to prove that none is missing. If no such record is kept, the position is
 * before the first kept record.
 */
public final class FreshStart {
  /**
   * How far to look back for the record before a time. A stream cannot be read backwards; each step
   * reads at most eight times the necessary range.
   */
  private static final List<Duration> BACK =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(8),
          Duration.ofSeconds(64),
          Duration.ofSeconds(512),
          Duration.ofSeconds(4_096),
          Duration.ofSeconds(32_768));

  private final ShardReads reads;
  private final StartPosition start;
  private final Instant oldestSafe;
  private final Instant oldestProof;

  /**
   * @param oldestSafe the earliest time of arrival of a record that a replay is sure to find
   * @param oldestProof the earliest time of arrival of the record before it, which a replay reads
   *     first
   */
  FreshStart(ShardReads reads, StartPosition start, Instant oldestSafe, Instant oldestProof) {
    this.reads = reads;
    this.start = start;
    this.oldestSafe = oldestSafe;
    this.oldestProof = oldestProof;
  }

  /**
   * @param margin the part of the retention that may expire before the replay
   */
  static FreshStart of(ShardReads reads, StartPosition start, Duration margin) {
    Instant horizon = reads.horizon();
    return new FreshStart(reads, start, horizon.plus(margin), horizon.plus(margin.dividedBy(2)));
  }

  /**
   * A place in a shard where a subtask begins.
   *
   * @param firstApplied the first record to apply, with which a later restore to the beginning must
   *     start
   */
  public record Place(Position position, Optional<SequenceNumber> firstApplied) {}

  /**
   * @param firstApplied the first record that was ever applied
   * @param frontier the furthest position that was ever applied
   */
  public Place in(ShardId shard, Optional<SequenceNumber> firstApplied, Position frontier) {
    return frontier instanceof Position.Beginning
        ? ofUnread(shard, firstApplied)
        : ofRead(shard, firstApplied, frontier);
  }

  /** Finds the place of a shard that the mapping has yet to deliver from its horizon on. */
  private Place ofUnread(ShardId shard, Optional<SequenceNumber> firstApplied) {
    return switch (start) {
      case StartPosition.TrimHorizon h -> new Place(Position.beginning(), firstApplied);
      case StartPosition.AtTimestamp(Instant time) ->
          lastBefore(shard, time)
              .map(
                  last ->
                      new Place(
                          Position.after(last.sequenceNumber()),
                          // The record could be applied, so an undo of this restore begins with it.
                          firstApplied.or(
                              () ->
                                  reads
                                      .first(shard, new From.Horizon())
                                      .map(StreamRecord::sequenceNumber))))
              .orElseGet(() -> new Place(Position.beginning(), firstApplied));
    };
  }

  /** Finds the place of a shard whose records up to the frontier have to be read again. */
  private Place ofRead(ShardId shard, Optional<SequenceNumber> firstApplied, Position frontier) {
    Instant since =
        switch (start) {
          case StartPosition.TrimHorizon h -> oldestSafe;
          case StartPosition.AtTimestamp(Instant time) ->
              time.isBefore(oldestSafe) ? oldestSafe : time;
        };
    Optional<StreamRecord> last = lastBefore(shard, since);
    if (last.isPresent()) {
      Position position = Position.after(last.get().sequenceNumber());
      if (!position.isBefore(frontier) || !last.get().arrival().isBefore(oldestProof)) {
        return new Place(position, firstApplied);
      }
    }
    // The records that were applied before have expired, or will soon.
    return reads
        .first(shard, new From.Time(since))
        .map(StreamRecord::sequenceNumber)
        .filter(first -> !frontier.isBefore(first))
        .map(first -> new Place(Position.before(first), firstApplied))
        .orElseGet(() -> new Place(frontier, firstApplied));
  }

  /** Returns the last record that arrived before a time; empty if the shard keeps none. */
  private Optional<StreamRecord> lastBefore(ShardId shard, Instant time) {
    // A shard without such a record is read only once.
    if (reads
        .first(shard, new From.Horizon())
        .filter(oldest -> oldest.arrival().isBefore(time))
        .isEmpty()) {
      return Optional.empty();
    }
    for (Duration back : BACK) {
      Optional<StreamRecord> last = reads.lastBefore(shard, time, new From.Time(time.minus(back)));
      if (last.isPresent()) {
        return last;
      }
    }
    Optional<StreamRecord> last = reads.lastBefore(shard, time, new From.Horizon());
    if (last.isEmpty()) {
      throw new StreamException(
          "shard "
              + shard
              + " had a record from before "
              + time
              + ", which has expired in the meantime; the next tick tries again");
    }
    return last;
  }
}
