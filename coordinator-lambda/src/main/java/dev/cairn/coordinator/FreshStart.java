package dev.cairn.coordinator;

import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.state.Start;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where in its shard a subtask begins that is given the state of other shards.
 *
 * <p>As a position this is the last record before: what is at or below it is passed over, and a
 * replay proves with it that nothing is missing. Where no such record is kept, the first one that
 * is takes its place.
 */
final class FreshStart {
  // Kinesis may answer empty pages where records follow further on.
  private static final int EMPTY_PAGES = 20;
  // Of many shards at once, in the memory of one function.
  private static final int PAGE = 200;

  /**
   * How far to look back for the record before a time. A stream cannot be read backwards, and each
   * of these reads at most eight times what it has to.
   */
  private static final List<Duration> BACK =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(8),
          Duration.ofSeconds(64),
          Duration.ofSeconds(512),
          Duration.ofSeconds(4_096),
          Duration.ofSeconds(32_768));

  private final StreamReader stream;
  private final Start start;
  private final Instant oldestSafe;
  private final Instant oldestProof;

  /**
   * @param oldestSafe when a record must have arrived so that a replay still finds it, however long
   *     the shard takes to come to it
   * @param oldestProof when the record before it must have arrived, which a replay looks at first
   */
  FreshStart(StreamReader stream, Start start, Instant oldestSafe, Instant oldestProof) {
    this.stream = stream;
    this.start = start;
    this.oldestSafe = oldestSafe;
    this.oldestProof = oldestProof;
  }

  /** Of shards that keep records for so long, of which the last stretch is not relied on. */
  static FreshStart of(StreamReader stream, Start start, Duration margin, Instant now) {
    Instant horizon = now.minus(stream.retention());
    return new FreshStart(stream, start, horizon.plus(margin), horizon.plus(margin.dividedBy(2)));
  }

  /**
   * A place in a shard.
   *
   * @param firstApplied the first record that there was to apply, with which whoever goes back to
   *     the beginning has to start
   */
  record Place(Position position, Optional<SequenceNumber> firstApplied) {}

  /**
   * @param firstApplied the first record that was ever applied
   * @param frontier the last one
   */
  Place in(ShardId shard, Optional<SequenceNumber> firstApplied, Position frontier) {
    return frontier instanceof Position.Beginning
        ? ofUnread(shard, firstApplied)
        : ofRead(shard, firstApplied, frontier);
  }

  /** Of a shard that the mapping has yet to deliver, from its horizon on. */
  private Place ofUnread(ShardId shard, Optional<SequenceNumber> firstApplied) {
    return switch (start) {
      case Start.TrimHorizon h -> new Place(Position.beginning(), firstApplied);
      case Start.AtTimestamp(Instant time) ->
          lastBefore(shard, time)
              .map(
                  last ->
                      new Place(
                          Position.after(last.sequenceNumber()),
                          // It was there to be applied; whoever undoes this restore begins with it.
                          firstApplied.or(
                              () ->
                                  first(stream, shard, new From.Horizon())
                                      .map(StreamRecord::sequenceNumber))))
              .orElseGet(() -> new Place(Position.beginning(), firstApplied));
    };
  }

  /** Of a shard whose records up to the frontier have to be read again. */
  private Place ofRead(ShardId shard, Optional<SequenceNumber> firstApplied, Position frontier) {
    Instant since =
        switch (start) {
          case Start.TrimHorizon h -> oldestSafe;
          case Start.AtTimestamp(Instant time) -> time.isBefore(oldestSafe) ? oldestSafe : time;
        };
    Optional<StreamRecord> last = lastBefore(shard, since);
    if (last.isPresent()) {
      Position position = Position.after(last.get().sequenceNumber());
      if (!position.isBefore(frontier) || !last.get().arrival().isBefore(oldestProof)) {
        return new Place(position, firstApplied);
      }
    }
    // What was applied before is gone, or as good as gone.
    return first(stream, shard, new From.Time(since))
        .map(StreamRecord::sequenceNumber)
        .filter(first -> !frontier.isBefore(first))
        .map(first -> new Place(Position.before(first), firstApplied))
        .orElseGet(() -> new Place(frontier, firstApplied));
  }

  /** The first record from there on, of a shard that may have none. */
  static Optional<StreamRecord> first(StreamReader stream, ShardId shard, From from) {
    From next = from;
    for (int i = 0; i < EMPTY_PAGES; i++) {
      Page page = stream.read(shard, next, 1);
      if (!page.records().isEmpty()) {
        return Optional.of(page.records().getFirst());
      }
      if (page.next().isEmpty()) {
        return Optional.empty();
      }
      next = page.next().get();
    }
    return Optional.empty();
  }

  private Optional<StreamRecord> lastBefore(ShardId shard, Instant time) {
    // Each stretch of an idle shard is read to its end, so a shard without any is told first.
    if (first(stream, shard, new From.Horizon())
        .filter(oldest -> oldest.arrival().isBefore(time))
        .isEmpty()) {
      return Optional.empty();
    }
    for (Duration back : BACK) {
      Optional<StreamRecord> last = lastBefore(shard, time, new From.Time(time.minus(back)));
      if (last.isPresent()) {
        return last;
      }
    }
    return lastBefore(shard, time, new From.Horizon());
  }

  private Optional<StreamRecord> lastBefore(ShardId shard, Instant time, From from) {
    Optional<StreamRecord> last = Optional.empty();
    From next = from;
    int empty = 0;
    while (empty < EMPTY_PAGES) {
      Page page = stream.read(shard, next, PAGE);
      for (StreamRecord record : page.records()) {
        if (!record.arrival().isBefore(time)) {
          return last;
        }
        last = Optional.of(record);
      }
      empty = page.records().isEmpty() ? empty + 1 : 0;
      if (page.next().isEmpty()) {
        return last;
      }
      next = page.next().get();
    }
    return last;
  }
}
