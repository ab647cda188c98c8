package dev.cairn.lambda;

import dev.cairn.id.ShardId;

/** A batch does not come from the stream that the job reads; nothing of the batch was applied. */
public final class ForeignStreamException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String REMEDY =
      "Delete that mapping (aws lambda list-event-source-mappings --function-name with this function's"
          + " name shows its UUID), or deploy a job of another name for that stream.";

  private final String stream;
  private final String mapping;

  private ForeignStreamException(String message, SourceArn source) {
    super(message);
    this.stream = source.stream();
    this.mapping = source.mapping();
  }

  static ForeignStreamException otherName(ShardId shard, SourceArn source, String own) {
    return new ForeignStreamException(
        begin(shard, source)
            + ", and this function's job reads stream "
            + own
            + " (CAIRN_STREAM). No record of the batch was applied. "
            + REMEDY,
        source);
  }

  static ForeignStreamException otherAccount(ShardId shard, SourceArn source, String own) {
    return new ForeignStreamException(
        begin(shard, source)
            + " of account "
            + source.account()
            + ", and this function's job reads the stream of this name in account "
            + own
            + ". No record of the batch was applied. "
            + REMEDY,
        source);
  }

  private static String begin(ShardId shard, SourceArn source) {
    return source.mapping() + " sent a batch of " + shard + " from stream " + source.stream();
  }

  /** Returns the name of the batch's stream. */
  public String stream() {
    return stream;
  }

  /** Returns the kind of mapping that sent the batch, in words. */
  public String mapping() {
    return mapping;
  }
}
