package dev.cairn.localstack.deployed;

import static org.awaitility.Awaitility.await;

import dev.cairn.id.ShardId;
import dev.cairn.state.KeyHash;
import dev.cairn.stream.Shard;
import java.math.BigInteger;
import java.time.Duration;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** Splits and merges the shards of a stream, as an operator does with the AWS command line. */
record ShardOperations(KinesisClient kinesis, String stream) {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** Splits a shard in the middle. Returns when Kinesis accepts the next operation. */
  void split(Shard shard) {
    BigInteger middle =
        number(shard.range().from())
            .add(number(shard.range().to()))
            .shiftRight(1)
            .add(BigInteger.ONE);
    kinesis.splitShard(
        split ->
            split
                .streamName(stream)
                .shardToSplit(shard.id().value())
                .newStartingHashKey(middle.toString()));
    awaitActive();
  }

  /** Merges two adjacent shards. Returns when Kinesis accepts the next operation. */
  void merge(ShardId shard, ShardId adjacent) {
    kinesis.mergeShards(
        merge ->
            merge
                .streamName(stream)
                .shardToMerge(shard.value())
                .adjacentShardToMerge(adjacent.value()));
    awaitActive();
  }

  private void awaitActive() {
    await("stream " + stream + " to be active")
        .atMost(LONGEST)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                kinesis
                        .describeStreamSummary(describe -> describe.streamName(stream))
                        .streamDescriptionSummary()
                        .streamStatus()
                    == StreamStatus.ACTIVE);
  }

  private static BigInteger number(KeyHash hash) {
    return new BigInteger(hash.toDecimal());
  }
}
