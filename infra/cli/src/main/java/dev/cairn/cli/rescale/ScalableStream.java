package dev.cairn.cli.rescale;

/**
 * A stream as DescribeStreamSummary returns it.
 *
 * @param openShards the shards that accept records
 */
public record ScalableStream(String name, Mode mode, Status status, int openShards) {
  /** How the stream's number of shards is decided. */
  public enum Mode {
    PROVISIONED,
    ON_DEMAND
  }

  /** The stream's status, in Kinesis's words. */
  public enum Status {
    CREATING,
    ACTIVE,
    UPDATING,
    DELETING
  }
}
