package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Damage;
import dev.cairn.checkpoint.Halt;
import dev.cairn.checkpoint.Request;
import dev.cairn.checkpoint.Restoration;
import dev.cairn.checkpoint.ScrubProgress;
import dev.cairn.id.Epoch;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.StorageException;

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

  /**
   * The scrubber has found a file damaged that is needed.
   *
   * @param damaged how many are marked now
   */
  record FileDamaged(Damage damage, int damaged) implements Announcement {}

  /** A file that was damaged was put back, or nobody needs it any more. */
  record DamageOver(Damage damage, int damaged) implements Announcement {}

  /** The storage did not answer for a file; the next round reads it again. */
  record NotScrubbed(FileRef file, StorageException cause) implements Announcement {}

  /** The scrubber has read every file that is needed. */
  record Scrubbed(ScrubProgress.Finished round, int damaged) implements Announcement {}
}
