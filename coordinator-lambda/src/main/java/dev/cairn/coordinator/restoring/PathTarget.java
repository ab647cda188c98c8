package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.command.Command;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.format.FormatException;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.job.Claim;
import dev.cairn.job.Job;
import dev.cairn.job.Restoration.Source;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.util.List;
import java.util.Optional;

/**
 * Resolves a path that a user wants to restore. The path of one of the job's own checkpoints or
 * savepoints stands for its id, so that all conditions of a restore by id apply: the checkpoint is
 * completed, and remains so until the restore has ended. The job's own files are recognized by
 * their content and by the object, because one object may have several paths, such as those of an
 * S3 access point.
 */
final class PathTarget {
  private static final String METADATA = "_metadata";

  private final CoordinatorPorts ports;

  PathTarget(CoordinatorPorts ports) {
    this.ports = ports;
  }

  /**
   * Reads the {@code _metadata} that a path names directly or by its directory.
   *
   * @return the id of the job's own checkpoint, not yet known to be complete, or the file
   */
  Source of(Job job, String path, Command.Options options) throws RestoreRefusedException {
    FilePath named = fileAt(path);
    Optional<CheckpointId> placed = ownAt(job, named);
    if (placed.isPresent()) {
      return new Source.Own(placed.get());
    }
    FilePath file = requireUnclaimed(job, named, options);
    byte[] bytes = ports.storage().get(file).orElseThrow(() -> missing(file));
    CheckpointMetadata metadata = read(bytes, file);
    JobId owner = metadata.trigger().job();
    if (owner.equals(job.id())) {
      Optional<CheckpointId> own = own(job, file, bytes, metadata);
      if (own.isPresent()) {
        return new Source.Own(own.get());
      }
      requireOwnFiles(file, metadata);
    } else {
      requireRestorable(job, file, metadata, options);
    }
    return new Source.Metadata(new FileRef(file, bytes.length, Sha256.of(bytes)));
  }

  private FilePath fileAt(String path) throws RestoreRefusedException {
    try {
      String plain = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
      FilePath named = ports.storage().normalize(new FilePath(plain));
      return named.fileName().equals(METADATA) ? named : Layout.metadataIn(named);
    } catch (IllegalArgumentException e) {
      throw new RestoreRefusedException("\"" + path + "\" is not a valid path: " + e.getMessage());
    }
  }

  private static RestoreRefusedException missing(FilePath file) {
    return new RestoreRefusedException(
        "there is no file "
            + file
            + ": give the directory of a savepoint, of a checkpoint or of a copy,"
            + " or the path of its _metadata");
  }

  private static CheckpointMetadata read(byte[] bytes, FilePath file)
      throws RestoreRefusedException {
    try {
      return CheckpointFormat.readMetadata(bytes, file);
    } catch (FormatException e) {
      throw new RestoreRefusedException(file + " is not a readable _metadata: " + e.getMessage());
    }
  }

  // ---------------------------------------------------------------- the job's own

  /** Returns the job's own checkpoint in this directory, if any; savepoints are elsewhere. */
  private static Optional<CheckpointId> ownAt(Job job, FilePath file) {
    return Layout.parseMetadata(file).filter(id -> Layout.metadata(job.id(), id).equals(file));
  }

  /** Returns the job's checkpoint to which the file belongs; empty for a self-contained copy. */
  private Optional<CheckpointId> own(
      Job job, FilePath file, byte[] bytes, CheckpointMetadata metadata)
      throws RestoreRefusedException {
    CheckpointId id = metadata.trigger().id();
    Optional<Checkpoint> known = ports.checkpoints().checkpoint(job.id(), id);
    if (namesFilesOf(job.id(), metadata)) {
      requireSame(job, file, bytes, known);
      return Optional.of(id);
    }
    FilePath place =
        known
            .flatMap(checkpoint -> checkpoint.trigger().savepoint())
            .map(savepoint -> Layout.metadataIn(savepoint.directory()))
            .orElseGet(() -> Layout.metadata(job.id(), id));
    return isSameObject(place, file) ? Optional.of(id) : Optional.empty();
  }

  /** Whether it refers to files that the job's collection will delete. */
  private static boolean namesFilesOf(JobId job, CheckpointMetadata metadata) {
    return metadata.acknowledgements().stream()
        .map(Acknowledgement.Acknowledged::stateFile)
        .flatMap(Optional::stream)
        .anyMatch(file -> Layout.isOwn(job, file.path()));
  }

  private static void requireSame(Job job, FilePath file, byte[] bytes, Optional<Checkpoint> known)
      throws RestoreRefusedException {
    Optional<FileRef> written =
        known.flatMap(
            checkpoint ->
                switch (checkpoint) {
                  case Checkpoint.Completed completed -> Optional.of(completed.metadata());
                  case Checkpoint.Subsumed subsumed -> Optional.of(subsumed.completed().metadata());
                  case Checkpoint.Pending p -> Optional.empty();
                  case Checkpoint.Aborted a -> Optional.empty();
                });
    if (written.isPresent() && !written.get().sha256().equals(Sha256.of(bytes))) {
      throw new RestoreRefusedException(
          file
              + " names files of job "
              + job.id()
              + ", but checkpoint "
              + known.orElseThrow().id()
              + " of this table is another one: it is left over from an earlier table, and"
              + " collection may delete its files at any time; restore a checkpoint that cairn"
              + " checkpoints lists, or a savepoint or a copy (cairn export)");
    }
  }

  /**
   * Whether two paths denote one object, for example by a bucket and by its access point. An object
   * has one time of modification, and a copy has another.
   */
  private boolean isSameObject(FilePath own, FilePath file) {
    if (own.equals(file)) {
      return true;
    }
    // Read in this order: if the first is missing and the second exists, they are two objects.
    Optional<Stored> there = ports.storage().head(own);
    Optional<Stored> here = ports.storage().head(file);
    return there.isPresent()
        && here.isPresent()
        && there.get().sizeBytes() == here.get().sizeBytes()
        && there.get().lastModified().equals(here.get().lastModified());
  }

  // ---------------------------------------------------------------- claims and other jobs

  /**
   * Refuses a directory that the job has claimed, because its files may be deleted at any time.
   *
   * @return the file by the path under which it was claimed, if it was; a restore takes back an
   *     unconfirmed claim
   */
  private FilePath requireUnclaimed(Job job, FilePath file, Command.Options options)
      throws RestoreRefusedException {
    if (file.parent().isEmpty() && options.claimMode() == ClaimMode.CLAIM) {
      throw new RestoreRefusedException(
          file
              + " is not in a directory of its own, and only a directory can be claimed:"
              + " restore it with NO_CLAIM");
    }
    List<Claim> claims = ports.checkpoints().claims(job.id());
    for (Claim claim : claims) {
      if (isSameObject(claim.metadata().path(), file)) {
        if (claim.isConfirmed()) {
          throw claimed(claim);
        }
        return claim.metadata().path();
      }
      // Its _metadata is deleted first, so the rest of the directory is not a savepoint.
      if (claim.isConfirmed() && file.parent().equals(Optional.of(claim.directory()))) {
        throw claimed(claim);
      }
    }
    return file;
  }

  private static RestoreRefusedException claimed(Claim claim) {
    return new RestoreRefusedException(
        claim.directory()
            + " was claimed by the restore that began epoch "
            + claim.epoch()
            + ": the job owns its files and deletes them when it no longer needs them;"
            + " restore one of the job's checkpoints, or another savepoint");
  }

  /**
   * Requires that the files are not in another job's folder: that job deletes them when it no
   * longer needs them.
   */
  private static void requireOwnFiles(FilePath file, CheckpointMetadata metadata)
      throws RestoreRefusedException {
    Optional<JobId> lender =
        metadata.acknowledgements().stream()
            .flatMap(acknowledged -> acknowledged.stateFile().stream())
            .flatMap(state -> Layout.parse(state.path()).stream())
            .map(owned -> owned.subtask().job())
            .findFirst();
    if (lender.isPresent()) {
      throw ofAnother(file, lender.get());
    }
  }

  private static RestoreRefusedException ofAnother(FilePath file, JobId owner) {
    return new RestoreRefusedException(
        file
            + " is a checkpoint of job "
            + owner
            + ", which deletes its files when it no longer needs them: take a savepoint of it, or a"
            + " copy with cairn export, and restore that; or begin another job from it, with cairn"
            + " fork --job "
            + owner);
  }

  private static void requireRestorable(
      Job job, FilePath file, CheckpointMetadata metadata, Command.Options options)
      throws RestoreRefusedException {
    requireOwnFiles(file, metadata);
    JobId owner = metadata.trigger().job();
    boolean isInItsPlace =
        file.parent().map(FilePath::fileName).filter(name -> name.startsWith("chk-")).isPresent();
    if (isInItsPlace) {
      throw ofAnother(file, owner);
    }
    if (options.startsAt().isEmpty()) {
      throw new RestoreRefusedException(
          file
              + " is of job "
              + owner
              + ": its positions are valid only in the stream that it reads; if job "
              + job.id()
              + " reads the same stream, add --positions same; if it reads another stream,"
              + " choose where to begin, with --positions horizon or a time");
    }
  }
}
