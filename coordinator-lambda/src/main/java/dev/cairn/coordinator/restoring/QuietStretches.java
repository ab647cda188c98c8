package dev.cairn.coordinator.restoring;

import dev.cairn.id.ShardId;
import dev.cairn.stream.StreamReader.From;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stretches of shards in which no record was found. A scan that ended before it found a record
 * continues there in the next invocation of the container. The cache only saves reads.
 *
 * <p>Thread-safe.
 */
final class QuietStretches {
  /** Times of arrival are approximate, and clocks differ, so this much is read again. */
  private static final Duration REREAD = Duration.ofMinutes(2);

  // One stretch for each kind of start, so that the cache does not grow.
  private final Map<Key, Stretch> known = new ConcurrentHashMap<>();

  private record Key(ShardId shard, Class<? extends From> kind) {}

  /** No record was found from a place on, up to a time. */
  private record Stretch(From from, Instant until) {
    boolean covers(From start) {
      return switch (start) {
        case From.Time(Instant time) ->
            from instanceof From.Time(Instant since)
                && !time.isBefore(since)
                && time.isBefore(until.minus(REREAD));
        case From.At at -> from.equals(at);
        case From.Horizon horizon -> from.equals(horizon);
        case From.Next n -> false;
      };
    }
  }

  /** Returns where a scan has to begin to find the first record from a place on. */
  From start(ShardId shard, From from) {
    return Optional.ofNullable(known.get(key(shard, from)))
        .filter(stretch -> stretch.covers(from))
        .<From>map(stretch -> new From.Time(stretch.until().minus(REREAD)))
        .orElse(from);
  }

  /** Stores that there was no record from a place on, up to a time. */
  void remember(ShardId shard, From from, Instant until) {
    known.merge(
        key(shard, from),
        new Stretch(from, until),
        (before, now) -> before.covers(from) ? new Stretch(before.from(), until) : now);
  }

  private static Key key(ShardId shard, From from) {
    return new Key(shard, from.getClass());
  }
}
