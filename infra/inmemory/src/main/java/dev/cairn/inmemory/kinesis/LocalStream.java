package dev.cairn.inmemory.kinesis;

import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.world.World;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.ExpiredIteratorException;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.Shard;
import dev.cairn.stream.ShardScan;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Kinesis stream in memory. It routes by hash and numbers records as Kinesis does; records expire
 * only on request.
 *
 * <p>Tasks use only the methods of {@link StreamReader}. The other reading methods are for the
 * mapping and tests; they pass no point of the world, so no fault affects them.
 */
public final class LocalStream implements StreamReader {
  /** The point of the world at which a scan reads a further page. */
  public static final String NEXT_PAGE = "stream.next";

  private static final int LONGEST_KEY = 256;
  private static final int LARGEST_RECORD_BYTES = 1 << 20;
  private static final int LARGEST_PAGE_BYTES = 10 << 20;
  private static final Duration LIFETIME_OF_AN_ITERATOR = Duration.ofMinutes(5);

  private final World world;
  private final Duration retention;
  private final Paging paging;
  private final SequenceNumbers numbers = new SequenceNumbers();
  private final TreeMap<ShardId, ShardLog> shards = new TreeMap<>();
  // Lower sequence numbers belong to an earlier stream of this name.
  private long firstNumber;
  private final TreeMap<ShardId, ShardLog> forgotten = new TreeMap<>();
  private List<Shard> listed = List.of();
  private final UniformScaling scaling = new UniformScaling();
  private int created;
  private Duration listingDelay = Duration.ZERO;

  /** A record's place in the stream. */
  public record Placed(ShardId shard, SequenceNumber sequenceNumber) {}

  public LocalStream(World world, int shardCount, Duration retention) {
    this(world, shardCount, retention, Paging.KINESIS);
  }

  public LocalStream(World world, int shardCount, Duration retention, Paging paging) {
    this.world = world;
    this.retention = retention;
    this.paging = paging;
    create(shardCount);
  }

  private void create(int shardCount) {
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

  /**
   * Deletes the stream and creates it again under its name: the shards have the earlier names, and
   * all earlier records are gone.
   */
  public void recreate(int shardCount) {
    synchronized (this) {
      shards.clear();
      forgotten.clear();
      created = 0;
      firstNumber = numbers.next();
      create(shardCount);
    }
    world.changed();
  }

  /** Sets how long a new shard is missing from what {@link #shards} returns. */
  public synchronized void listLate(Duration delay) {
    listingDelay = delay;
  }

  @Override
  public List<Shard> shards() {
    world.pass("stream.shards");
    return listedOnTime();
  }

  private synchronized List<Shard> listedOnTime() {
    Instant created = world.now().minus(listingDelay);
    return shards.values().stream()
        .filter(log -> log.shard().parents().isEmpty() || !log.created().isAfter(created))
        .map(ShardLog::shard)
        .toList();
  }

  @Override
  public List<Shard> shardsOpenAt(StartPosition place) {
    world.pass("stream.shards");
    return openAt(
        switch (place) {
          case StartPosition.TrimHorizon h -> world.now().minus(retention);
          case StartPosition.AtTimestamp(Instant time) -> time;
        });
  }

  /** A stream that was created later had its first shards then. */
  private synchronized List<Shard> openAt(Instant time) {
    return shards.values().stream()
        .filter(
            log ->
                (log.shard().parents().isEmpty() || !log.created().isAfter(time))
                    && !log.wasClosedBefore(time))
        .map(ShardLog::shard)
        .toList();
  }

  @Override
  public Duration retention() {
    return retention;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when the token was not given out by this kind of stream
   */
  @Override
  public Page read(ShardId shard, From from, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("a page holds at least 1 record, not " + limit);
    }
    world.pass(from instanceof From.Next ? NEXT_PAGE : "stream.read");
    return page(shard, from, paging.limit(Math.min(limit, ShardScan.LARGEST_PAGE)));
  }

  private synchronized Page page(ShardId id, From from, int limit) {
    ShardLog log = logToRead(id);
    long now = world.now().toEpochMilli();
    Place place = place(log, from, now);
    long end = Math.min(now, place.millis + paging.stretch(behind(place.millis, now)).toMillis());
    int last = log.endOfPage(place.index, limit, LARGEST_PAGE_BYTES, end);
    List<StreamRecord> records = log.records(place.index, last);
    if (last == log.size() && log.isClosed()) {
      return new Page(records, Optional.empty(), Duration.ZERO);
    }
    // If the limit ends a page, the next page covers the rest of the stretch.
    boolean isCut = last < log.size() && log.arrivalAt(last) <= end;
    long reached = isCut ? log.arrivalAt(last) : end;
    long nextNumber = last < log.size() ? log.numberAt(last) : log.numberAfterLast();
    Token token = new Token(id, nextNumber, reached, now);
    return new Page(records, Optional.of(new From.Next(token.text())), behind(reached, now, isCut));
  }

  private static Duration behind(long millis, long now) {
    return Duration.ofMillis(Math.max(0, now - millis));
  }

  /**
   * A page with records after it is never at the tip, also if they arrived in the same millisecond.
   */
  private static Duration behind(long millis, long now, boolean isCut) {
    return isCut ? Duration.ofMillis(Math.max(1, now - millis)) : behind(millis, now);
  }

  /** The beginning of a page: its first possible record, and its time. */
  private record Place(int index, long millis) {}

  private Place place(ShardLog log, From from, long now) {
    long horizon = Math.max(now - retention.toMillis(), log.created().toEpochMilli());
    long oldest = Math.min(Math.min(horizon, now), log.oldestArrival(now));
    return switch (from) {
      case From.Horizon h -> new Place(0, oldest);
      case From.Time(Instant time) -> {
        int index = log.indexOfArrival(time.toEpochMilli());
        yield new Place(index, Math.clamp(time.toEpochMilli(), oldest, now));
      }
      case From.At(SequenceNumber record) -> {
        long number = ordinalToRead(log.shard().id(), record);
        int index = log.indexAtOrAfter(number);
        boolean isKept = index < log.size() && log.numberAt(index) == number;
        yield new Place(index, isKept ? log.arrivalAt(index) : oldest);
      }
      case From.Next(String text) -> {
        Token token = Token.parse(text, log.shard().id());
        if (now - token.issued > LIFETIME_OF_AN_ITERATOR.toMillis()) {
          throw new ExpiredIteratorException(
              "Iterator expired. The iterator was created at time "
                  + Instant.ofEpochMilli(token.issued)
                  + " while right now it is "
                  + Instant.ofEpochMilli(now)
                  + " which is further in the future than the tolerated delay of 300000"
                  + " milliseconds.");
        }
        yield new Place(log.indexAtOrAfter(token.number), token.millis);
      }
    };
  }

  private long ordinalToRead(ShardId shard, SequenceNumber record) {
    boolean isOwn = SequenceNumbers.isLocal(record);
    long number = isOwn ? SequenceNumbers.ordinal(record) : -1;
    if (!isOwn || number < firstNumber || number > numbers.last()) {
      throw new NotInStreamException(
          "StartingSequenceNumber "
              + record
              + " used in GetShardIterator on shard "
              + shard
              + " in stream under account 000000000000 is invalid because it did not come from this"
              + " stream.");
    }
    return number;
  }

  /** All shards, also those that {@link #shards} does not list yet. */
  public synchronized List<Shard> listed() {
    return listed;
  }

  private void listAgain() {
    listed = shards.values().stream().map(ShardLog::shard).toList();
  }

  /**
   * Up to {@code limit} records after the cursor; expired records are skipped silently, as in
   * Kinesis.
   */
  public synchronized List<StreamRecord> after(ShardId shard, Position cursor, int limit) {
    ShardLog log = log(shard);
    int start = indexAfter(log, cursor);
    return log.records(start, log.endOfPage(start, limit, LARGEST_PAGE_BYTES, Long.MAX_VALUE));
  }

  /** Whether any record is kept after the cursor. */
  public synchronized boolean hasAfter(ShardId shard, Position cursor) {
    ShardLog log = log(shard);
    return indexAfter(log, cursor) < log.size();
  }

  /** Whether the stream has the shard, and has not forgotten it. */
  public synchronized boolean isKnown(ShardId shard) {
    return shards.containsKey(shard);
  }

  /** Whether the shard is closed, because its range belongs to other shards now. */
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
      case Position.Within within ->
          log.indexAtOrAfter(SequenceNumbers.ordinal(within.aggregate()));
      case Position.After after -> log.indexAtOrAfter(SequenceNumbers.ordinal(after.last()) + 1);
      case Position.End end -> log.size();
    };
  }

  /** Removes a shard's records that arrived before this time, oldest first. */
  public synchronized void trim(ShardId shard, Instant olderThan) {
    ShardLog log = log(shard);
    log.forget(log.indexOfArrival(olderThan.toEpochMilli()));
  }

  /** Removes a shard's records before this one. */
  public synchronized void trim(ShardId shard, SequenceNumber oldestKept) {
    ShardLog log = log(shard);
    log.forget(log.indexAtOrAfter(SequenceNumbers.ordinal(oldestKept)));
  }

  /** Removes records that are older than the retention, as Kinesis does continuously. */
  public synchronized void trimExpired() {
    Instant oldestKept = world.now().minus(retention);
    for (ShardId shard : shards.keySet()) {
      trim(shard, oldestKept);
    }
    shards.entrySet().stream()
        .filter(shard -> shard.getValue().wasClosedBefore(oldestKept))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(shard -> forgotten.put(shard, shards.remove(shard)));
    listAgain();
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
    return replace(shard, HashRanges.halves(open(shard).shard().range()));
  }

  private List<ShardId> replace(ShardId shard, List<HashRange> parts) {
    open(shard).close(world.now());
    return parts.stream().map(part -> add(part, List.of(shard))).toList();
  }

  /**
   * Closes two shards and gives their ranges to a new one.
   *
   * @throws IllegalArgumentException when one of them is closed already, or their ranges are not
   *     adjacent
   */
  public ShardId merge(ShardId shard, ShardId adjacent) {
    ShardId child = close(shard, adjacent);
    world.changed();
    return child;
  }

  private synchronized ShardId close(ShardId shard, ShardId adjacent) {
    ShardLog one = open(shard);
    ShardLog other = open(adjacent);
    HashRange range = HashRanges.union(one.shard().range(), other.shard().range());
    one.close(world.now());
    other.close(world.now());
    return add(range, List.of(shard, adjacent));
  }

  /**
   * Splits and merges shards until there are as many open ones as requested, of equal width. Like
   * Kinesis's UpdateShardCount it may create shards that are closed at once; unlike there, all is
   * done when the method returns.
   *
   * @throws ShardLimitException if it is more than twice or less than half as many as there are, or
   *     the eleventh request within 24 hours
   */
  public void updateShardCount(int target) {
    scale(target);
    world.changed();
  }

  private synchronized void scale(int target) {
    List<HashRange> before = openShards().stream().map(Shard::range).toList();
    scaling.admit(before.size(), target, world.now());
    List<HashRange> after = UniformScaling.ranges(before, target);
    after.forEach(range -> splitAt(range.from()));
    after.forEach(this::mergeWithin);
  }

  private void splitAt(KeyHash start) {
    for (Shard shard : openShards()) {
      if (shard.range().contains(start) && !shard.range().from().equals(start)) {
        replace(shard.id(), HashRanges.parts(shard.range(), start));
      }
    }
  }

  private void mergeWithin(HashRange range) {
    List<ShardId> parts =
        openShards().stream()
            .filter(shard -> range.contains(shard.range().from()))
            .map(Shard::id)
            .toList();
    ShardId merged = parts.getFirst();
    for (ShardId next : parts.subList(1, parts.size())) {
      merged = close(merged, next);
    }
  }

  /** The shards that accept records, in the order of their hashes. */
  public synchronized List<Shard> openShards() {
    return shards.values().stream()
        .filter(log -> !log.isClosed())
        .map(ShardLog::shard)
        .sorted(Comparator.comparing(shard -> shard.range().from()))
        .toList();
  }

  private ShardLog open(ShardId shard) {
    ShardLog log = log(shard);
    if (log.isClosed()) {
      throw new IllegalArgumentException(shard + " is closed: split one of its children");
    }
    return log;
  }

  private ShardId add(HashRange range, List<ShardId> parents) {
    ShardId id = new ShardId(String.format(Locale.ROOT, "shardId-%012d", created++));
    shards.put(id, new ShardLog(new Shard(id, range, parents), world.now()));
    listAgain();
    return id;
  }

  /** All shards that there ever were, also those that the stream has forgotten. */
  public synchronized List<Shard> everListed() {
    return Stream.concat(forgotten.values().stream(), shards.values().stream())
        .map(ShardLog::shard)
        .toList();
  }

  private ShardLog log(ShardId id) {
    ShardLog log = shards.get(id);
    if (log == null) {
      // A forgotten shard is closed, and keeps no record.
      log = forgotten.get(id);
    }
    if (log == null) {
      throw new IllegalArgumentException(
          "the stream has no shard " + id + ": it has " + new ArrayList<>(shards.keySet()));
    }
    return log;
  }

  private ShardLog logToRead(ShardId id) {
    ShardLog log = shards.get(id);
    if (log == null) {
      throw new NotInStreamException(
          "Shard " + id + " in stream under account 000000000000 does not exist");
    }
    return log;
  }

  /**
   * Where a page ended, as text.
   *
   * @param millis up to which time the shard was read
   * @param issued when the page was read
   */
  private record Token(ShardId shard, long number, long millis, long issued) {
    private static final Pattern TEXT =
        Pattern.compile("([^@]+)@(\\d{1,18})@(\\d{1,18})@(\\d{1,18})");

    String text() {
      return shard + "@" + number + "@" + millis + "@" + issued;
    }

    static Token parse(String text, ShardId shard) {
      Matcher parts = TEXT.matcher(text);
      if (!parts.matches() || !parts.group(1).equals(shard.value())) {
        throw new IllegalArgumentException(
            "\"" + text + "\" is not where a page of " + shard + " ended");
      }
      return new Token(
          shard,
          Long.parseLong(parts.group(2)),
          Long.parseLong(parts.group(3)),
          Long.parseLong(parts.group(4)));
    }
  }
}
