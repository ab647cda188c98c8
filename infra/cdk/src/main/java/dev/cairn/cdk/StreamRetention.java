package dev.cairn.cdk;

import dev.cairn.checkpoint.CheckpointSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * Computes how long a stream must keep its records. A restore applies the records after the
 * checkpoint again, so the stream must keep all records since the oldest retained checkpoint.
 */
final class StreamRetention {
  static final Duration SHORTEST = Duration.ofHours(24);
  static final Duration LONGEST = Duration.ofHours(8760);

  /** The replay begins some time after the checkpoint was chosen, and takes a while itself. */
  private static final Duration FOR_THE_REPLAY = Duration.ofHours(1);

  private StreamRetention() {}

  /**
   * Returns twice the time that the retained checkpoints span, plus time for the replay, in whole
   * hours.
   */
  static Duration needed(CheckpointSettings settings) {
    Duration span =
        settings
            .interval()
            .map(interval -> interval.multipliedBy(2L * settings.numRetained()))
            .map(FOR_THE_REPLAY::plus)
            .orElse(SHORTEST);
    Duration hours = Duration.ofHours(span.plusHours(1).minusNanos(1).toHours());
    return hours.compareTo(SHORTEST) < 0 ? SHORTEST : hours;
  }

  /** Returns how long the stream keeps records, if that is known at synthesis. */
  static Optional<Duration> known(ConstructSettings settings) {
    return known(settings.source(), Optional.of(settings.checkpointing()));
  }

  /** Returns how long a stream keeps records, if that is known at synthesis. */
  static Optional<Duration> known(SourceStream source, Optional<CheckpointSettings> checkpointing) {
    return switch (source) {
      case SourceStream.NewStream made ->
          made.retention().or(() -> checkpointing.map(StreamRetention::needed));
      case SourceStream.ExistingStream existing ->
          existing.retention().or(() -> StreamProperties.of(existing.stream()).retention());
    };
  }
}
