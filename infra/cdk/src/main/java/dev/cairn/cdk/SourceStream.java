package dev.cairn.cdk;

import java.time.Duration;
import java.util.Optional;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kinesis.StreamEncryption;

/**
 * The stream that a job reads. Its number of shards has to stay as it is: resharding is not
 * supported yet.
 */
public sealed interface SourceStream {

  /** A stream of one's own with this many shards, encrypted by Kinesis's own key. */
  static NewStream ofShards(int shards) {
    return new NewStream(shards, StreamEncryption.MANAGED, Optional.empty());
  }

  /**
   * A stream that is there already, or that the stack makes elsewhere.
   *
   * <p>How long an imported stream keeps its records is not known at synthesis: {@link
   * ExistingStream#keeping} says it.
   */
  static ExistingStream existing(IStream stream) {
    return new ExistingStream(stream, Optional.empty());
  }

  /**
   * A provisioned stream that the construct makes.
   *
   * @param encryption by Kinesis's own key unless something else is chosen
   * @param retention how long records are kept, in whole hours from 24 on; without one, as long as
   *     the retained checkpoints need, with room
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
