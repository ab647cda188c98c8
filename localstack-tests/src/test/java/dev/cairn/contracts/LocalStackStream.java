package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream.Placed;
import dev.cairn.inmemory.world.World;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.localstack.Repeated;
import dev.cairn.retry.Backoff;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.Shard;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** A stream of LocalStack's own; it goes when this is closed. */
final class LocalStackStream implements AutoCloseable {
  private static final AtomicInteger STREAMS = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final World world;
  private final KinesisClient kinesis = LocalStackServices.kinesis();
  private final String name = "contract-" + STREAMS.incrementAndGet();

  LocalStackStream(World world, int shards) {
    this.world = world;
    // Streams of tests before are still being deleted, and count.
    boolean created =
        world.await(
            PATIENCE,
            () -> {
              try {
                Repeated.create(
                    () ->
                        kinesis.createStream(create -> create.streamName(name).shardCount(shards)));
                return true;
              } catch (LimitExceededException e) {
                return false;
              }
            });
    assertThat(created).as("a stream may be created within %s", PATIENCE).isTrue();
    awaitActive();
  }

  String name() {
    return name;
  }

  String arn() {
    return summary().streamARN();
  }

  KinesisStreamReader reader() {
    return new KinesisStreamReader(kinesis, name, Backoff.sleeping());
  }

  /** Returns a reader whose requests pass an interceptor. */
  KinesisStreamReader reader(ExecutionInterceptor interceptor) {
    return new KinesisStreamReader(
        LocalStackServices.kinesis(interceptor), name, Backoff.sleeping());
  }

  Placed put(String partitionKey, byte[] data, Optional<KeyHash> explicitHash) {
    PutRecordResponse placed =
        kinesis.putRecord(
            put -> {
              put.streamName(name).partitionKey(partitionKey).data(SdkBytes.fromByteArray(data));
              explicitHash.ifPresent(hash -> put.explicitHashKey(hash.toDecimal()));
            });
    return new Placed(new ShardId(placed.shardId()), new SequenceNumber(placed.sequenceNumber()));
  }

  void split(ShardId shard) {
    HashRange range =
        reader().shards().stream()
            .filter(s -> s.id().equals(shard))
            .map(Shard::range)
            .findFirst()
            .orElseThrow();
    BigInteger middle =
        number(range.from()).add(number(range.to())).shiftRight(1).add(BigInteger.ONE);
    kinesis.splitShard(
        split ->
            split
                .streamName(name)
                .shardToSplit(shard.value())
                .newStartingHashKey(middle.toString()));
    awaitActive();
  }

  void merge(ShardId lower, ShardId upper) {
    kinesis.mergeShards(
        merge ->
            merge.streamName(name).shardToMerge(lower.value()).adjacentShardToMerge(upper.value()));
    awaitActive();
  }

  void retain(Duration retention) {
    kinesis.increaseStreamRetentionPeriod(
        increase ->
            increase.streamName(name).retentionPeriodHours(Math.toIntExact(retention.toHours())));
    awaitActive();
  }

  List<Shard> shards() {
    return reader().shards();
  }

  private void awaitActive() {
    boolean active = world.await(PATIENCE, () -> summary().streamStatus() == StreamStatus.ACTIVE);
    assertThat(active).as("stream %s is active within %s", name, PATIENCE).isTrue();
  }

  private StreamDescriptionSummary summary() {
    return kinesis
        .describeStreamSummary(describe -> describe.streamName(name))
        .streamDescriptionSummary();
  }

  private static BigInteger number(KeyHash hash) {
    return new BigInteger(hash.toDecimal());
  }

  @Override
  public void close() {
    kinesis.deleteStream(delete -> delete.streamName(name));
  }
}
