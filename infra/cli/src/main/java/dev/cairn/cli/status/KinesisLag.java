package dev.cairn.cli.status;

import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.state.StartPosition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * Measures lag by reading one record after a position: its age is the lag. For an empty page, the
 * lag is how far Kinesis reports it behind the latest record.
 */
public final class KinesisLag implements PipelineSurvey.ShardLag {
  /**
   * A page may be empty although records follow: Kinesis looks through so much of a shard at once.
   */
  private static final int PAGES = 3;

  private final KinesisClient client;
  private final String stream;
  private final InstantSource clock;

  public KinesisLag(KinesisClient client, String stream, InstantSource clock) {
    this.client = client;
    this.stream = stream;
    this.clock = clock;
  }

  @Override
  public Lag of(ShardId shard, Position position, StartPosition start) {
    if (position instanceof Position.End) {
      return new Lag.None();
    }
    try {
      return measure(client.getShardIterator(after(shard, position, start)).shardIterator());
    } catch (ProvisionedThroughputExceededException e) {
      return new Lag.Unknown("other readers use the shard's five reads per second: try again");
    } catch (InvalidArgumentException e) {
      return new Lag.Unknown(
          "the stream is not the one to which the journal belongs: " + messageOf(e));
    }
  }

  private Lag measure(String iterator) {
    Duration behind = Duration.ZERO;
    String next = iterator;
    for (int page = 0; page < PAGES && next != null; page++) {
      String at = next;
      GetRecordsResponse records = client.getRecords(get -> get.shardIterator(at).limit(1));
      if (!records.records().isEmpty()) {
        return new Lag.Behind(age(records.records().getFirst().approximateArrivalTimestamp()));
      }
      behind = Duration.ofMillis(records.millisBehindLatest());
      if (behind.isZero()) {
        return new Lag.None();
      }
      next = records.nextShardIterator();
    }
    return next == null ? new Lag.None() : new Lag.Behind(behind);
  }

  /** Kinesis's clock and ours may differ by a little. */
  private Duration age(Instant arrival) {
    Duration age = Duration.between(arrival, clock.instant());
    return age.isNegative() ? Duration.ZERO : age;
  }

  private GetShardIteratorRequest after(ShardId shard, Position position, StartPosition start) {
    GetShardIteratorRequest.Builder request =
        GetShardIteratorRequest.builder().streamName(stream).shardId(shard.value());
    switch (position) {
      case Position.Before before ->
          request
              .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
              .startingSequenceNumber(before.first().digits());
      case Position.Within within ->
          request
              .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
              .startingSequenceNumber(within.aggregate().digits());
      case Position.After after ->
          request
              .shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
              .startingSequenceNumber(after.last().digits());
      case Position.Beginning beginning -> from(start, request);
      case Position.End end -> throw new IllegalArgumentException("nothing comes after " + end);
    }
    return request.build();
  }

  private static void from(StartPosition start, GetShardIteratorRequest.Builder request) {
    switch (start) {
      case StartPosition.TrimHorizon horizon ->
          request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
      case StartPosition.AtTimestamp at ->
          request.shardIteratorType(ShardIteratorType.AT_TIMESTAMP).timestamp(at.time());
    }
  }

  private static String messageOf(KinesisException e) {
    return e.awsErrorDetails() == null
        ? String.valueOf(e.getMessage())
        : String.valueOf(e.awsErrorDetails().errorMessage());
  }
}
