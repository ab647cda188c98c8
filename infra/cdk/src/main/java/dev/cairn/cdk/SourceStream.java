package dev.cairn.cdk;

import java.time.Duration;
import java.util.Optional;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kinesis.StreamEncryption;

/** The stream that a job reads. The job follows its splits and merges. */
public sealed interface SourceStream {

  /** Creates a new stream with this many shards, encrypted with Kinesis's own key. */
  static NewStream ofShards(int shards) {
    return new NewStream(
        new Capacity.Provisioned(shards), StreamEncryption.MANAGED, Optional.empty());
  }

  /**
   * Creates a new on-demand stream, encrypted with Kinesis's own key. Kinesis decides how many
   * shards it has, and splits and merges them at any time.
   *
   * <p>A deployed stream of {@link #ofShards} becomes one, and back, with its records and its
   * shards; Kinesis allows two changes in 24 hours.
   */
  static NewStream onDemand() {
    return new NewStream(new Capacity.OnDemand(), StreamEncryption.MANAGED, Optional.empty());
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

  /** Whether Kinesis decides how many shards the stream has, as far as that is known here. */
  default boolean isOnDemand() {
    return switch (this) {
      case NewStream made ->
          switch (made.capacity()) {
            case Capacity.Provisioned p -> false;
            case Capacity.OnDemand o -> true;
          };
      case ExistingStream existing -> StreamProperties.of(existing.stream()).isOnDemand();
    };
  }

  /** A stack or Kinesis decides how many shards a stream has. */
  sealed interface Capacity {
    /** The stack does: this many. */
    record Provisioned(int shards) implements Capacity {}

    /** Kinesis does, from what is written. */
    record OnDemand() implements Capacity {}
  }

  /**
   * A stream that the construct creates.
   *
   * @param encryption with Kinesis's own key by default
   * @param retention how long records are kept, in whole hours from 24 on; without one, long enough
   *     for the retained checkpoints, with a margin
   */
  record NewStream(Capacity capacity, StreamEncryption encryption, Optional<Duration> retention)
      implements SourceStream {

    /** Returns a copy of this stream with another encryption. */
    public NewStream encryptedBy(StreamEncryption other) {
      return new NewStream(capacity, other, retention);
    }

    /** Returns the number of shards; empty if only Kinesis knows it. */
    Optional<Integer> shards() {
      return switch (capacity) {
        case Capacity.Provisioned(int number) -> Optional.of(number);
        case Capacity.OnDemand o -> Optional.empty();
      };
    }

    /** Returns a copy of this stream with this retention period. */
    public NewStream keeping(Duration records) {
      return new NewStream(capacity, encryption, Optional.of(records));
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
