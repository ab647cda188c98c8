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
 * A savepoint, or a copy, that a job was restored from to keep it. Until the job has completed a
 * checkpoint since, another restore takes the claim back, and the files are still their owner's;
 * then it is confirmed, and the job deletes them when it no longer needs them.
 *
 * @param epoch the one that the restore began
 * @param metadata the {@code _metadata} in its directory
 */
public record Claim(JobId job, Epoch epoch, FileRef metadata, Instant at, boolean isConfirmed) {

  /** Where the files lie that it is about. */
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
   * What a job claims by going there; empty if nothing: its own files are its own anyway.
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
