package dev.cairn.cdk;

import java.time.Duration;
import java.util.Optional;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kinesis.StreamEncryption;

/**
 * The stream that a job reads. Its number of shards must not change: resharding is not supported
 * yet.
 */
public sealed interface SourceStream {

  /** Creates a new stream with this many shards, encrypted with Kinesis's own key. */
  static NewStream ofShards(int shards) {
    return new NewStream(shards, StreamEncryption.MANAGED, Optional.empty());
  }

  /**
   * Uses a stream that already exists, or that the stack creates elsewhere.
   *
   * <p>The retention period of an imported stream is not known at synthesis; set it with {@link
   * ExistingStream#keeping}.
   */
  static ExistingStream existing(IStream stream) {
    return new ExistingStream(stream, Optional.empty());
  }

  /**
   * A provisioned stream that the construct creates.
   *
   * @param encryption with Kinesis's own key by default
   * @param retention how long records are kept, in whole hours from 24 on; without one, long enough
   *     for the retained checkpoints, with a margin
   */
  record NewStream(int shards, StreamEncryption encryption, Optional<Duration> retention)
      implements SourceStream {

    /** Returns a copy of this stream with another encryption. */
    public NewStream encryptedBy(StreamEncryption other) {
      return new NewStream(shards, other, retention);
    }

    /** Returns a copy of this stream with this retention period. */
    public NewStream keeping(Duration records) {
      return new NewStream(shards, encryption, Optional.of(records));
    }
  }

  /**
   * A stream that the construct only reads.
   *
   * @param retention how long it keeps records, where its owner says so
   */
  record ExistingStream(IStream stream, Optional<Duration> retention) implements SourceStream {

    /** Returns a copy of this stream whose retention period is known. */
    public ExistingStream keeping(Duration records) {
      return new ExistingStream(stream, Optional.of(records));
    }
  }
}
