package dev.cairn.cli.shards;

import dev.cairn.cli.status.Lag;
import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.state.HashRange;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/**
 * A shard with its load.
 *
 * @param depth how many generations of splits and merges are before it
 * @param stateSize empty if no task has opened the shard
 * @param recordsPerSecond the records applied since the journal's last base; empty if that was just
 *     now, or if the shard is not applied
 * @param keys the weights of its keys; empty if they were not sampled, or there were none
 */
public record ShardLoad(
    Node shard,
    int depth,
    Lag lag,
    Optional<StateSizes.Size> stateSize,
    Optional<Double> recordsPerSecond,
    Optional<KeyWeights> keys) {

  /** Returns a copy of this load with the weights of its keys. */
  public ShardLoad with(Optional<KeyWeights> sampled) {
    return new ShardLoad(shard, depth, lag, stateSize, recordsPerSecond, sampled);
  }

  /** Returns the shard's part of the hash space in percent. */
  public double hashPercent() {
    return new BigDecimal(StateSizes.width(shard.range()))
        .multiply(BigDecimal.valueOf(100))
        .divide(new BigDecimal(StateSizes.width(HashRange.ALL)), MathContext.DECIMAL32)
        .doubleValue();
  }
}
