package dev.cairn.cli.rescale;

import dev.cairn.cli.rescale.KinesisQuotas.AccountShards;
import java.util.Optional;

/** Reads a stream's number of shards, and requests another. */
public interface StreamScaling {

  ScalableStream describe();

  /**
   * Returns the account's quota of open shards; empty if it cannot be read, which prevents nothing:
   * Kinesis itself refuses what exceeds the quota.
   *
   * @param stream the stream whose shards are not among those of other streams
   */
  Optional<AccountShards> account(ScalableStream stream);

  /** Requests a number of open shards of equal hash ranges. It returns before they exist. */
  Response request(int shards);

  /** Kinesis's response to a request. */
  sealed interface Response {
    /** The stream is being updated. */
    record Accepted() implements Response {}

    /** Another update of the stream is not done, or requests are throttled; it can be repeated. */
    record Busy(String words) implements Response {}

    /** A quota is exceeded. */
    record LimitExceeded(String words) implements Response {}

    /** The stream has become an on-demand stream. */
    record OnDemand() implements Response {}
  }
}
