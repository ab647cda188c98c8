package dev.cairn.cdk;

import dev.cairn.checkpoint.CheckpointSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a stream has to keep its records: a restore applies again what came after the
 * checkpoint, so the oldest retained one must never be older than the oldest record.
 */
final class StreamRetention {
  static final Duration SHORTEST = Duration.ofHours(24);
  static final Duration LONGEST = Duration.ofHours(8760);

  /** The replay begins some time after the checkpoint was chosen, and takes a while itself. */
  private static final Duration FOR_THE_REPLAY = Duration.ofHours(1);

  private StreamRetention() {}

  /** Twice what the retained checkpoints span, and time for the replay; in whole hours. */
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

  /** How long the stream keeps records, as far as that is known at synthesis. */
  static Optional<Duration> known(ConstructSettings settings) {
    return known(settings.source(), Optional.of(settings.checkpointing()));
  }

  /** How long a stream keeps records, as far as that is known at synthesis. */
  static Optional<Duration> known(SourceStream source, Optional<CheckpointSettings> checkpointing) {
    return switch (source) {
      case SourceStream.NewStream made ->
          made.retention().or(() -> checkpointing.map(StreamRetention::needed));
      case SourceStream.ExistingStream existing ->
          existing.retention().or(() -> StreamProperties.of(existing.stream()).retention());
    };
  }
}
