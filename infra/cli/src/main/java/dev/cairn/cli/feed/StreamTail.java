package dev.cairn.cli.feed;

import dev.cairn.cli.feed.UnconfirmedRecords.Waiting;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * Finds out which records of a request without a response are in the stream, by reading each shard
 * from a place that was recorded before the request. A request has at most one record of each key,
 * and earlier ones are known to be in the stream, so a record with the same key and bytes after
 * that place belongs to the request.
 */
final class StreamTail {
  /** Kinesis accepts an iterator for five minutes. */
  private static final Duration ITERATOR_AGE = Duration.ofMinutes(4);

  private static final Duration BETWEEN_READS = Duration.ofMillis(300);
  private static final int PAGE = 1_000;

  private final KinesisClient client;
  private final String stream;
  private final InstantSource clock;
  private final Consumer<Duration> sleep;
  private final Map<String, Place> places = new HashMap<>();
  private List<Shard> shards = List.of();

  /** Where reading begins in a shard. */
  private sealed interface Place {
    /** The shard's end at that time. */
    record End(String iterator, Instant at) implements Place {}

    /** Right after a record that is known to be in the stream. */
    record After(String sequenceNumber) implements Place {}

    /** The beginning of a shard that is younger than the request. */
    record Beginning() implements Place {}
  }

  StreamTail(KinesisClient client, String stream, InstantSource clock, Consumer<Duration> sleep) {
    this.client = client;
    this.stream = stream;
    this.clock = clock;
    this.sleep = sleep;
  }

  /**
   * Records the ends of the shards to which these records go. Without permission to read the stream
   * a feed still works, but nothing can be found later.
   */
  void note(Collection<Waiting> batch) {
    try {
      if (shards.isEmpty()) {
        shards = list();
      }
      for (Waiting record : batch) {
        for (Shard shard : shardsOf(record)) {
          if (isOpen(shard) && !isNoted(shard.shardId())) {
            String iterator =
                iterator(shard.shardId(), b -> b.shardIteratorType(ShardIteratorType.LATEST));
            places.put(shard.shardId(), new Place.End(iterator, clock.instant()));
          }
        }
      }
    } catch (SdkException e) {
      // The feed does not depend on it.
    }
  }

  private boolean isNoted(String shard) {
    Place place = places.get(shard);
    return place instanceof Place.After
        || (place instanceof Place.End end
            && clock.instant().isBefore(end.at().plus(ITERATOR_AGE)));
  }

  /** Records that one of the feed's records is in the stream at this place. */
  void took(String shard, String sequenceNumber) {
    Place place = places.get(shard);
    if (!(place instanceof Place.After(String before))
        || new BigInteger(before).compareTo(new BigInteger(sequenceNumber)) < 0) {
      places.put(shard, new Place.After(sequenceNumber));
    }
  }

  /**
   * Looks for the records of a request until all are found.
   *
   * @param patience how long to look
   * @return the records that are in the stream; empty if the stream cannot be read
   */
  Optional<Set<Waiting>> find(List<Waiting> batch, Duration patience) {
    Map<String, Waiting> missing = new HashMap<>();
    batch.forEach(record -> missing.put(record.row().key(), record));
    Set<Waiting> found = new HashSet<>();
    Instant deadline = clock.instant().plus(patience);
    boolean wasRead = false;
    while (!missing.isEmpty()) {
      try {
        read(missing, found);
        wasRead = true;
      } catch (SdkException e) {
        wasRead = false;
      }
      if (!clock.instant().isBefore(deadline)) {
        break;
      }
      sleep.accept(BETWEEN_READS);
    }
    return wasRead || missing.isEmpty() ? Optional.of(found) : Optional.empty();
  }

  private void read(Map<String, Waiting> missing, Set<Waiting> found) {
    shards = list();
    Set<Shard> read = new HashSet<>();
    List.copyOf(missing.values()).forEach(record -> read.addAll(shardsOf(record)));
    for (Shard shard : read) {
      boolean isNew = !places.containsKey(shard.shardId());
      // A shard that did not exist before the request holds no older records.
      if (!isNew || (isOpen(shard) && shard.parentShardId() != null)) {
        read(shard.shardId(), missing, found);
      }
    }
  }

  private void read(String shard, Map<String, Waiting> missing, Set<Waiting> found) {
    Optional<String> next = Optional.of(start(shard));
    while (next.isPresent() && !missing.isEmpty()) {
      String iterator = next.get();
      GetRecordsResponse page = client.getRecords(get -> get.shardIterator(iterator).limit(PAGE));
      for (Record record : page.records()) {
        Waiting waiting = missing.get(record.partitionKey());
        if (waiting != null
            && Arrays.equals(waiting.row().data(), record.data().asByteArrayUnsafe())) {
          missing.remove(record.partitionKey());
          found.add(waiting);
        }
      }
      boolean isTip = page.millisBehindLatest() != null && page.millisBehindLatest() == 0;
      next = isTip ? Optional.empty() : Optional.ofNullable(page.nextShardIterator());
    }
  }

  private String start(String shard) {
    return switch (Optional.ofNullable(places.get(shard)).orElse(new Place.Beginning())) {
      case Place.End end -> end.iterator();
      case Place.Beginning beginning ->
          iterator(shard, from -> from.shardIteratorType(ShardIteratorType.TRIM_HORIZON));
      case Place.After(String number) ->
          iterator(
              shard,
              b ->
                  b.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                      .startingSequenceNumber(number));
    };
  }

  private String iterator(String shard, Consumer<GetShardIteratorRequest.Builder> where) {
    return client
        .getShardIterator(b -> where.accept(b.streamName(stream).shardId(shard)))
        .shardIterator();
  }

  private List<Shard> list() {
    List<Shard> all = new ArrayList<>();
    ListShardsResponse page = client.listShards(list -> list.streamName(stream));
    all.addAll(page.shards());
    while (page.nextToken() != null) {
      String token = page.nextToken();
      page = client.listShards(list -> list.nextToken(token));
      all.addAll(page.shards());
    }
    return List.copyOf(all);
  }

  private List<Shard> shardsOf(Waiting record) {
    BigInteger hash = hash(record.row().key());
    return shards.stream()
        .filter(
            shard ->
                new BigInteger(shard.hashKeyRange().startingHashKey()).compareTo(hash) <= 0
                    && new BigInteger(shard.hashKeyRange().endingHashKey()).compareTo(hash) >= 0)
        .toList();
  }

  private static boolean isOpen(Shard shard) {
    return shard.sequenceNumberRange() == null
        || shard.sequenceNumberRange().endingSequenceNumber() == null;
  }

  private static BigInteger hash(String key) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      return new BigInteger(1, md5.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }
}
