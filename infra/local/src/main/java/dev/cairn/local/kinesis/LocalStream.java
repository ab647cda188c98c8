package dev.cairn.local.kinesis;

import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.local.world.World;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A Kinesis stream in memory: routes by hash, numbers records as Kinesis does, forgets only when
 * told to.
 *
 * <p>What {@link StreamReader} says is what a task may know of it. The other reading methods are
 * the mapping's and a test's: they pass no point of the world, so no fault meets them.
 */
public final class LocalStream implements StreamReader {
  private static final int LONGEST_KEY = 256;
  private static final int LARGEST_RECORD_BYTES = 1 << 20;
  private static final int LARGEST_PAGE = 10_000;
  private static final int LARGEST_PAGE_BYTES = 10 << 20;

  private final World world;
  private final Duration retention;
  private final SequenceNumbers numbers = new SequenceNumbers();
  private final TreeMap<ShardId, ShardLog> shards = new TreeMap<>();

  /** A record's place in the stream. */
  public record Placed(ShardId shard, SequenceNumber sequenceNumber) {}

  public LocalStream(World world, int shardCount, Duration retention) {
    this.world = world;
    this.retention = retention;
    for (HashRange range : HashRanges.even(shardCount)) {
      add(range, List.of());
    }
  }

  /**
   * Puts a record at the end of the open shard that its hash belongs to.
   *
   * @param data not copied
   * @param explicitHash routes in place of the key's own hash
   * @throws IllegalArgumentException when Kinesis would refuse the key or the size
   */
  public Placed put(String partitionKey, byte[] data, Optional<KeyHash> explicitHash) {
    requireAcceptable(partitionKey, data);
    KeyHash hash = explicitHash.orElseGet(() -> KeyHash.of(partitionKey));
    Placed placed = append(hash, partitionKey, data);
    world.changed();
    return placed;
  }

  private static void requireAcceptable(String partitionKey, byte[] data) {
    int characters = partitionKey.codePointCount(0, partitionKey.length());
    if (characters < 1 || characters > LONGEST_KEY) {
      throw new IllegalArgumentException(
          "a partition key has 1 to "
              + LONGEST_KEY
              + " characters, this one has "
              + characters
              + "; give such records a key of your own");
    }
    int bytes = partitionKey.getBytes(StandardCharsets.UTF_8).length + data.length;
    if (bytes > LARGEST_RECORD_BYTES) {
      throw new IllegalArgumentException(
          "a record has at most "
              + LARGEST_RECORD_BYTES
              + " bytes with its key, this one has "
              + bytes
              + "; keep large data elsewhere and put a reference");
    }
  }

  private synchronized Placed append(KeyHash hash, String partitionKey, byte[] data) {
    ShardLog open =
        shards.values().stream().filter(shard -> shard.accepts(hash)).findFirst().orElseThrow();
    long number = numbers.next();
    open.append(new ShardLog.Stored(number, partitionKey, data, world.now().toEpochMilli()));
    return new Placed(open.shard().id(), SequenceNumbers.full(number));
  }

  @Override
  public List<Shard> shards() {
    world.pass("stream.shards");
    return listed();
  }

  @Override
  public Duration retention() {
    return retention;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when there is no such shard, or the number or token was not
   *     given out by this kind of stream
   */
  @Override
  public Page read(ShardId shard, From from, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("a page holds at least 1 record, not " + limit);
    }
    world.pass("stream.read");
    return page(shard, from, Math.min(limit, LARGEST_PAGE));
  }

  private synchronized Page page(ShardId id, From from, int limit) {
    ShardLog log = log(id);
    int start =
        switch (from) {
          case From.Horizon horizon -> 0;
          case From.Time since -> log.indexOfArrival(since.time().toEpochMilli());
          case From.At at -> log.indexAtOrAfter(SequenceNumbers.ordinal(at.record()));
          case From.Next next -> log.indexAtOrAfter(Token.parse(next.token(), id).number());
        };
    int end = log.endOfPage(start, limit, LARGEST_PAGE_BYTES);
    if (end == log.size() && log.isClosed()) {
      return new Page(log.records(start, end), Optional.empty());
    }
    long nextNumber = end < log.size() ? log.numberAt(end) : log.numberAfterLast();
    return new Page(
        log.records(start, end), Optional.of(new From.Next(new Token(id, nextNumber).text())));
  }

  /** All shards, as {@link #shards} answers. */
  public synchronized List<Shard> listed() {
    return shards.values().stream().map(ShardLog::shard).toList();
  }

  /**
   * Up to {@code limit} records after the cursor; those that are no longer kept are passed over
   * silently, as Kinesis does.
   */
  public synchronized List<StreamRecord> after(ShardId shard, Position cursor, int limit) {
    ShardLog log = log(shard);
    int start = indexAfter(log, cursor);
    return log.records(start, log.endOfPage(start, limit, LARGEST_PAGE_BYTES));
  }

  /** Whether any record is kept after the cursor. */
  public synchronized boolean hasAfter(ShardId shard, Position cursor) {
    ShardLog log = log(shard);
    return indexAfter(log, cursor) < log.size();
  }

  /** Whether no more records can come: its range belongs to other shards now. */
  public synchronized boolean isClosed(ShardId shard) {
    return log(shard).isClosed();
  }

  /** The records kept in a shard. */
  public synchronized int size(ShardId shard) {
    return log(shard).size();
  }

  private static int indexAfter(ShardLog log, Position cursor) {
    return switch (cursor) {
      case Position.Beginning beginning -> 0;
      case Position.Before before -> log.indexAtOrAfter(SequenceNumbers.ordinal(before.first()));
      case Position.After after -> log.indexAtOrAfter(SequenceNumbers.ordinal(after.last()) + 1);
      case Position.End end -> log.size();
    };
  }

  /** Forgets a shard's records that arrived before this time, oldest first. */
  public synchronized void trim(ShardId shard, Instant olderThan) {
    ShardLog log = log(shard);
    log.forget(log.indexOfArrival(olderThan.toEpochMilli()));
  }

  /** Forgets a shard's records before this one. */
  public synchronized void trim(ShardId shard, SequenceNumber oldestKept) {
    ShardLog log = log(shard);
    log.forget(log.indexAtOrAfter(SequenceNumbers.ordinal(oldestKept)));
  }

  /** Forgets what is older than the retention, as Kinesis does all the time. */
  public synchronized void trimExpired() {
    Instant oldestKept = world.now().minus(retention);
    for (ShardId shard : shards.keySet()) {
      trim(shard, oldestKept);
    }
  }

  /**
   * Closes a shard and divides its range between two new ones.
   *
   * @throws IllegalArgumentException when the shard is closed already, or its range is a single
   *     hash
   */
  public List<ShardId> split(ShardId shard) {
    List<ShardId> children = close(shard);
    world.changed();
    return children;
  }

  private synchronized List<ShardId> close(ShardId shard) {
    ShardLog parent = log(shard);
    if (parent.isClosed()) {
      throw new IllegalArgumentException(shard + " is closed: split one of its children");
    }
    List<HashRange> halves = HashRanges.halves(parent.shard().range());
    parent.close();
    return halves.stream().map(half -> add(half, List.of(shard))).toList();
  }

  private ShardId add(HashRange range, List<ShardId> parents) {
    ShardId id = new ShardId(String.format(Locale.ROOT, "shardId-%012d", shards.size()));
    shards.put(id, new ShardLog(new Shard(id, range, parents)));
    return id;
  }

  private ShardLog log(ShardId id) {
    ShardLog log = shards.get(id);
    if (log == null) {
      throw new IllegalArgumentException(
          "the stream has no shard " + id + ": it has " + new ArrayList<>(shards.keySet()));
    }
    return log;
  }

  /** Where a page ended, as text. */
  private record Token(ShardId shard, long number) {
    String text() {
      return shard + "@" + number;
    }

    static Token parse(String text, ShardId shard) {
      int at = text.lastIndexOf('@');
      if (at < 0
          || !text.substring(0, at).equals(shard.value())
          || !text.substring(at + 1).matches("\\d{1,18}")) {
        throw new IllegalArgumentException(
            "\"" + text + "\" is not where a page of " + shard + " ended");
      }
      return new Token(shard, Long.parseLong(text.substring(at + 1)));
    }
  }
}
