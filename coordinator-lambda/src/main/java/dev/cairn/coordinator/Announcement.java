package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Halt;
import dev.cairn.checkpoint.Request;
import dev.cairn.checkpoint.Restoration;
import dev.cairn.id.Epoch;

/**
 * What the coordinator has done that people or alarms wait for. Made after the write that did it;
 * lost if the coordinator dies in between, made twice if the write's answer got lost.
 */
public sealed interface Announcement {

  record Completed(Checkpoint.Completed checkpoint) implements Announcement {}

  /**
   * A checkpoint failed; one that gave way to a restore or to a halt did not.
   *
   * @param inARow how many have failed since the last one that was completed, this one included
   */
  record Aborted(Checkpoint.Aborted checkpoint, int inARow) implements Announcement {}

  record RestoreBegun(Restoration from, Epoch epoch) implements Announcement {}

  /** Every shard has applied again what the restore had taken back. */
  record RestoreFinished(Epoch epoch) implements Announcement {}

  /** A user's request was refused; nothing else changed. */
  record Refused(Request request, String reason) implements Announcement {}

  /** Nothing is applied any more. */
  record Halted(Epoch epoch, Halt halt) implements Announcement {}

  /** A job that had halted runs again. */
  record Resumed(Epoch epoch) implements Announcement {}
}
