package dev.cairn.checkpoint;

import dev.cairn.storage.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/** The content of {@code _metadata}: the checkpoint, and every subtask's acknowledgement. */
public record CheckpointMetadata(
    Checkpoint.Triggering trigger, List<Acknowledgement.Acknowledged> acknowledgements) {
  public CheckpointMetadata {
    acknowledgements =
        acknowledgements.stream()
            .sorted(Comparator.comparing(Acknowledgement.Acknowledged::subtask))
            .toList();
  }

  /**
   * Returns a hash over every subtask's state: checkpoints with equal hashes hold equal state.
   * Subtasks that have applied nothing do not count.
   */
  public Sha256 states() {
    StringBuilder text = new StringBuilder();
    for (Acknowledgement.Acknowledged one : acknowledgements) {
      one.stateFile()
          .map(file -> one.state().orElse(file.sha256()))
          .ifPresent(
              state -> text.append(one.subtask().name()).append(' ').append(state).append('\n'));
    }
    return Sha256.of(text.toString().getBytes(StandardCharsets.UTF_8));
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
