package dev.cairn.job;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.job.Restoration.Source;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * A savepoint, or a copy, that a job has claimed by a restore. Until the job has completed a
 * checkpoint, another restore takes the claim back, and the files still belong to their owner. Then
 * the claim is confirmed, and the job deletes the files when it no longer needs them.
 *
 * @param epoch the epoch that the restore began
 * @param metadata the {@code _metadata} in its directory
 */
public record Claim(JobId job, Epoch epoch, FileRef metadata, Instant at, boolean isConfirmed) {

  /** Returns the directory of the claimed files. */
  public FilePath directory() {
    return metadata
        .path()
        .parent()
        .orElseThrow(
            () -> new IllegalStateException(metadata.path() + " lies in no directory of its own"));
  }

  public Claim confirmed() {
    return new Claim(job, epoch, metadata, at, true);
  }

  /**
   * Returns what a job claims by entering this status; empty if nothing. A job does not claim its
   * own files.
   *
   * @param metadata where a checkpoint of the job's own has its {@code _metadata}
   */
  public static Optional<Claim> of(
      Job seen, JobStatus to, Function<CheckpointId, Optional<FileRef>> metadata, Instant at) {
    if (!(to instanceof JobStatus.Restoring(Restoration from))
        || from.claimMode() != ClaimMode.CLAIM) {
      return Optional.empty();
    }
    Optional<FileRef> file =
        switch (from.source()) {
          case Source.Own(CheckpointId id) -> metadata.apply(id);
          case Source.Metadata(FileRef named) -> Optional.of(named);
          case Source.Nothing n -> Optional.empty();
        };
    return file.filter(one -> !Layout.isOwn(seen.id(), one.path()))
        .map(one -> new Claim(seen.id(), seen.epoch().next(), one, at, false));
  }
}
