package dev.cairn.stream;

/**
 * An aggregate of the Kinesis Producer Library, or a user record in it, cannot be applied as the
 * producer sent it.
 */
public final class AggregatedRecordException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private AggregatedRecordException(String message) {
    super(message);
  }

  /** Creates the error of an aggregate that cannot be read. */
  public static AggregatedRecordException malformed(String partitionKey, String problem) {
    return new AggregatedRecordException(
        "the record of partition key \""
            + partitionKey
            + "\" has the form and the checksum of an aggregate of the Kinesis Producer Library,"
            + " and its content is malformed: "
            + problem
            + ". Check which program produced it");
  }

  /** Creates the error of an aggregate in a job whose format has no positions within records. */
  public static AggregatedRecordException earlierFormat(UserRecord.Part part) {
    return new AggregatedRecordException(
        "the record of partition key \""
            + part.kinesisRecord().partitionKey()
            + "\" is an aggregate of several records by the Kinesis Producer Library. The job's"
            + " format cannot store a position within a record, because an earlier release may"
            + " still have to read it. Once that release is not needed any more, run: cairn"
            + " upgrade");
  }

  /** Creates the error of a user record whose explicit hash key is none. */
  public static AggregatedRecordException invalidHashKey(UserRecord.Part part, String hashKey) {
    String shown = hashKey.length() <= 60 ? hashKey : hashKey.substring(0, 60) + "…";
    return new AggregatedRecordException(
        "user record "
            + part.part()
            + " of an aggregate, of partition key \""
            + part.partitionKey()
            + "\", has the explicit hash key \""
            + shown
            + "\", which is not a number from 0 to 2^128 - 1");
  }
}
