package dev.cairn.job;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.job.Restoration.Source;
import dev.cairn.storage.FileRef;
import java.time.Instant;
import java.util.Optional;

/**
 * A fork: a job that began from another job's checkpoint and shares its files. The fork's item is
 * the reference that keeps the files, also after the checkpoint has ended.
 *
 * @param parent the job that owns the files
 * @param child the job that began from them
 * @param checkpoint the parent's checkpoint
 * @param metadata the checkpoint's {@code _metadata}, which names the other files
 * @param releasedAt since when the child no longer needs the files
 */
public record Fork(
    JobId parent,
    JobId child,
    CheckpointId checkpoint,
    FileRef metadata,
    Instant at,
    Optional<Instant> releasedAt) {

  /** Creates a fork of a completed checkpoint. */
  public static Fork of(Checkpoint.Completed checkpoint, JobId child, Instant at) {
    return new Fork(
        checkpoint.job(), child, checkpoint.id(), checkpoint.metadata(), at, Optional.empty());
  }

  public boolean isReleased() {
    return releasedAt.isPresent();
  }

  public Fork released(Instant since) {
    return new Fork(parent, child, checkpoint, metadata, at, Optional.of(since));
  }

  /**
   * Returns the child's job item before its deployment: it is to be restored from the checkpoint.
   *
   * @param format the parent's format, in which the checkpoint's files are written
   */
  public Job begin(CheckpointSettings settings, FormatVersion format) {
    return Job.create(child, settings, format).at(new JobStatus.Restoring(restoration()));
  }

  private Restoration restoration() {
    return new Restoration(
        new Source.Metadata(metadata), ClaimMode.SHARED, Positions.SAME_STREAM, false);
  }
}
