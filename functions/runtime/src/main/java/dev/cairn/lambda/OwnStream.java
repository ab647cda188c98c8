package dev.cairn.lambda;

import java.util.Optional;

/**
 * The only stream whose records a container applies. Shards of all streams have the same names, and
 * sequence numbers of different streams cannot be compared, so a record of any other stream would
 * be applied to the wrong state, and would make records of the right stream look applied.
 */
public final class OwnStream {
  private Optional<String> stream;
  private Optional<String> account;

  private OwnStream(Optional<String> stream, Optional<String> account) {
    this.stream = stream;
    this.account = account;
  }

  /** Accepts the stream of this name, in the account of its first batch. */
  public static OwnStream named(String stream) {
    return new OwnStream(Optional.of(stream), Optional.empty());
  }

  /** Accepts the stream of this name in the function's own account. */
  public static OwnStream named(String stream, String account) {
    return new OwnStream(Optional.of(stream), Optional.of(account));
  }

  /** Accepts the stream of the first batch, for a container without a configured stream. */
  public static OwnStream ofFirstBatch() {
    return new OwnStream(Optional.empty(), Optional.empty());
  }

  /**
   * Refuses a batch of any other stream. Called before anything is read or written for the batch.
   *
   * @throws ForeignStreamException if the batch comes from another stream
   */
  void require(KinesisBatch batch) {
    SourceArn source = SourceArn.parse(batch.sourceArn());
    if (!stream.orElse(source.stream()).equals(source.stream())) {
      throw ForeignStreamException.otherName(batch.shard(), source, stream.orElseThrow());
    }
    if (!account.orElse(source.account()).equals(source.account())) {
      throw ForeignStreamException.otherAccount(batch.shard(), source, account.orElseThrow());
    }
    stream = Optional.of(source.stream());
    account = Optional.of(source.account());
  }
}
