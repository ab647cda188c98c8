package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;

/**
 * What the coordinator has done that people or alarms wait for. Made after the write that did it;
 * lost if the coordinator dies in between, made twice if the write's answer got lost.
 */
public sealed interface Announcement {

  record Completed(Checkpoint.Completed checkpoint) implements Announcement {}

  /**
   * A checkpoint failed; one that gave way to a restore did not.
   *
   * @param inARow how many have failed since the last one that was completed, this one included
   */
  record Aborted(Checkpoint.Aborted checkpoint, int inARow) implements Announcement {}

  record RestoreBegun(CheckpointId from, Epoch epoch) implements Announcement {}

  record RestoreRefused(String restoreCheckpointId, String reason) implements Announcement {}

  /** Every shard has applied again what the restore had taken back. */
  record RestoreFinished(Epoch epoch) implements Announcement {}
}
