package dev.cairn.stream;

/** A record holds several user records, aggregated by the Kinesis Producer Library. */
public final class AggregatedRecordException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private AggregatedRecordException(String partitionKey) {
    super(
        "the record of partition key \""
            + partitionKey
            + "\" is an aggregate of several records by the Kinesis Producer Library, which Cairn does"
            + " not take apart: each user record has a key of its own, and may belong to another"
            + " shard. Turn AggregationEnabled off in the producer");
  }

  /**
   * Refuses an aggregated record, which would otherwise be read as one event.
   *
   * @throws AggregatedRecordException if the data is one
   */
  public static void refuse(String partitionKey, byte[] data) {
    if (KplAggregate.is(data)) {
      throw new AggregatedRecordException(partitionKey);
    }
  }
}
