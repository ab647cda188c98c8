package dev.cairn.checkpoint;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.Optional;

/**
 * A job's item: the little that all of it agrees on.
 *
 * @param next the id that the next checkpoint gets
 * @param latest the last completed checkpoint
 * @param restoreCheckpointId what a user asks to have restored, as it was typed
 * @param refusal why the last request to restore was refused
 */
public record Job(
    JobId id,
    JobStatus status,
    Epoch epoch,
    CheckpointId next,
    Optional<CheckpointId> latest,
    CheckpointSettings settings,
    Optional<String> restoreCheckpointId,
    Optional<Refusal> refusal) {

  public static Job create(JobId id, CheckpointSettings settings) {
    return new Job(
        id,
        new JobStatus.Running(),
        new Epoch(1),
        new CheckpointId(1),
        Optional.empty(),
        settings,
        Optional.empty(),
        Optional.empty());
  }

  /** A restore that was refused: what was asked for, why not, and when. Nothing else changed. */
  public record Refusal(String restoreCheckpointId, String reason, Instant at) {}
}
