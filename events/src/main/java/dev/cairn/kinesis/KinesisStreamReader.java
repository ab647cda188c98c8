package dev.cairn.kinesis;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.retry.Backoff;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.ExpiredIteratorException;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.Shard;
import dev.cairn.stream.ShardScan;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredNextTokenException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardFilter;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * Reads a Kinesis stream. The mapping shares the five reads per second and shard, so throttling is
 * normal, and throttled calls are retried a few times. An SDK exception for a missing permission is
 * passed on.
 */
public final class KinesisStreamReader implements StreamReader {
  /** After a page of 10 MB, GetRecords refuses the shard for this time. */
  public static final Duration LONGEST_REFUSAL = Duration.ofSeconds(5);

  private static final Duration BETWEEN_EMPTY_PAGES = Duration.ofMillis(200);

  private final KinesisClient client;
  private final String stream;
  private final Backoff backoff;

  /**
   * @param backoff limits how long a call waits; a caller that reads many pages needs one that
   *     outlasts {@link #LONGEST_REFUSAL}
   */
  public KinesisStreamReader(KinesisClient client, String stream, Backoff backoff) {
    this.client = client;
    this.stream = stream;
    this.backoff = backoff;
  }

  @Override
  public List<Shard> shards() {
    return shards(ListShardsRequest.builder().streamName(stream).build());
  }

  @Override
  public List<Shard> shardsOpenAt(StartPosition place) {
    ShardFilter filter =
        switch (place) {
          case StartPosition.TrimHorizon h ->
              ShardFilter.builder().type(ShardFilterType.AT_TRIM_HORIZON).build();
          case StartPosition.AtTimestamp(Instant time) ->
              ShardFilter.builder().type(ShardFilterType.AT_TIMESTAMP).timestamp(time).build();
        };
    return shards(ListShardsRequest.builder().streamName(stream).shardFilter(filter).build());
  }

  private List<Shard> shards(ListShardsRequest first) {
    List<Shard> shards = new ArrayList<>();
    // Kinesis refuses a request with a stream's name or a filter beside a token.
    Optional<ListShardsRequest> request = Optional.of(first);
    while (request.isPresent()) {
      ListShardsRequest next = request.get();
      ListShardsResponse page = call("list the shards", () -> client.listShards(next));
      page.shards().forEach(shard -> shards.add(toShard(shard)));
      request =
          Optional.ofNullable(page.nextToken())
              .map(token -> ListShardsRequest.builder().nextToken(token).build());
    }
    return shards;
  }

  private static Shard toShard(software.amazon.awssdk.services.kinesis.model.Shard shard) {
    HashKeyRange range = shard.hashKeyRange();
    return new Shard(
        new ShardId(shard.shardId()),
        new HashRange(
            KeyHash.ofDecimal(range.startingHashKey()), KeyHash.ofDecimal(range.endingHashKey())),
        Stream.of(
                Optional.ofNullable(shard.parentShardId()),
                Optional.ofNullable(shard.adjacentParentShardId()))
            .flatMap(Optional::stream)
            .map(ShardId::new)
            .toList());
  }

  @Override
  public Duration retention() {
    return Duration.ofHours(
        call(
                "describe the stream",
                () -> client.describeStreamSummary(describe -> describe.streamName(stream)))
            .streamDescriptionSummary()
            .retentionPeriodHours());
  }

  @Override
  public Page read(ShardId shard, From from, int limit) {
    String iterator = iterator(shard, from);
    GetRecordsResponse read =
        call(
            "read " + shard,
            () ->
                client.getRecords(
                    get ->
                        get.shardIterator(iterator)
                            .limit(Math.min(limit, ShardScan.LARGEST_PAGE))));
    Page page =
        new Page(
            read.records().stream().map(KinesisStreamReader::toRecord).toList(),
            Optional.ofNullable(read.nextShardIterator()).map(From.Next::new),
            behind(read));
    if (page.records().isEmpty() && !page.isAtTip()) {
      // A quiet shard is read page by page without work in between, and the mapping needs part of
      // the five reads per second.
      backoff.sleep().accept(BETWEEN_EMPTY_PAGES);
    }
    return page;
  }

  /** Some emulators do not report this; then the shard has to be read to its end. */
  private static Duration behind(GetRecordsResponse read) {
    return Duration.ofMillis(
        Optional.ofNullable(read.millisBehindLatest())
            .map(millis -> Math.max(0, millis))
            .orElse(0L));
  }

  private String iterator(ShardId shard, From from) {
    GetShardIteratorRequest.Builder request =
        GetShardIteratorRequest.builder().streamName(stream).shardId(shard.value());
    switch (from) {
      case From.Horizon h -> request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
      case From.Time time ->
          request.shardIteratorType(ShardIteratorType.AT_TIMESTAMP).timestamp(time.time());
      case From.At at ->
          request
              .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
              .startingSequenceNumber(at.record().digits());
      case From.Next next -> {
        return next.token();
      }
    }
    return call("find a place in " + shard, () -> client.getShardIterator(request.build()))
        .shardIterator();
  }

  private static StreamRecord toRecord(Record item) {
    return new StreamRecord(
        item.partitionKey(),
        new SequenceNumber(item.sequenceNumber()),
        item.data().asByteArrayUnsafe(),
        item.approximateArrivalTimestamp());
  }

  private <T> T call(String what, Supplier<T> call) {
    try {
      return backoff.call(call, KinesisStreamReader::isThrottled);
    } catch (software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException e) {
      throw new ExpiredIteratorException(
          "stream "
              + stream
              + " refused to "
              + what
              + ": more than five minutes passed since the page before; read again"
              + " from a sequence number",
          e);
    } catch (ExpiredNextTokenException e) {
      throw noResponse(what, e);
    } catch (ResourceNotFoundException | InvalidArgumentException e) {
      throw new NotInStreamException("stream " + stream + " cannot " + what + ": " + words(e), e);
    } catch (AwsServiceException e) {
      throw isThrottled(e) || e.statusCode() >= 500 ? noResponse(what, e) : e;
    } catch (SdkClientException e) {
      throw noResponse(what, e);
    }
  }

  private static String words(AwsServiceException e) {
    return e.awsErrorDetails() == null || e.awsErrorDetails().errorMessage() == null
        ? String.valueOf(e.getMessage())
        : e.awsErrorDetails().errorMessage();
  }

  private static boolean isThrottled(RuntimeException e) {
    return e instanceof ProvisionedThroughputExceededException
        || e instanceof LimitExceededException
        || (e instanceof AwsServiceException service && service.isThrottlingException());
  }

  private StreamException noResponse(String what, RuntimeException cause) {
    return new StreamException(
        "stream "
            + stream
            + " did not "
            + what
            + " within "
            + backoff.attempts()
            + " attempts; try again later ("
            + cause.getMessage()
            + ")",
        cause);
  }
}
