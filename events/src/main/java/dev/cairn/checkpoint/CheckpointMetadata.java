package dev.cairn.checkpoint;

import java.util.Comparator;
import java.util.List;

/**
 * What {@code _metadata} says: the checkpoint, and every subtask's acknowledgement of it, by
 * subtask.
 */
public record CheckpointMetadata(
    Checkpoint.Triggering trigger, List<Acknowledgement.Acknowledged> acknowledgements) {
  public CheckpointMetadata {
    acknowledgements =
        acknowledgements.stream()
            .sorted(Comparator.comparing(Acknowledgement.Acknowledged::subtask))
            .toList();
  }

  public long fullSizeBytes() {
    return acknowledgements.stream().mapToLong(Acknowledgement.Acknowledged::fullSizeBytes).sum();
  }

  public long incrementalSizeBytes() {
    return acknowledgements.stream()
        .mapToLong(Acknowledgement.Acknowledged::incrementalSizeBytes)
        .sum();
  }
}
