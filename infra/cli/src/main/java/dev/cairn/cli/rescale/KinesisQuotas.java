package dev.cairn.cli.rescale;

import java.util.Optional;

/**
 * The quotas on UpdateShardCount.
 *
 * <p>Kinesis documents the defaults with <a
 * href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html">
 * UpdateShardCount</a>. No API returns how many requests of the last 24 hours were counted.
 *
 * @param requestsADay how many requests a stream accepts within 24 hours; empty if the quota was
 *     raised to an unknown number
 * @param shardsOfAStream the largest number of shards that can be requested; empty if the quota was
 *     raised to an unknown number
 * @param account the account's quota of open shards; empty if it could not be read
 */
public record KinesisQuotas(
    Optional<Integer> requestsADay,
    Optional<Integer> shardsOfAStream,
    Optional<AccountShards> account) {
  /** The quotas that apply unless AWS has raised them, without the account's. */
  public static final KinesisQuotas DEFAULTS =
      new KinesisQuotas(Optional.of(10), Optional.of(10_000), Optional.empty());

  /** The quotas of a stream for which AWS has raised them; Kinesis itself refuses what exceeds. */
  public static final KinesisQuotas RAISED =
      new KinesisQuotas(Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * The open shards that an account may have in a region.
   *
   * @param ofOtherStreams the open shards of its other streams
   */
  public record AccountShards(int ofOtherStreams, int limit) {
    /** Returns how many open shards are left for the stream. */
    int available() {
      return limit - ofOtherStreams;
    }
  }

  public KinesisQuotas with(Optional<AccountShards> shards) {
    return new KinesisQuotas(requestsADay, shardsOfAStream, shards);
  }
}
