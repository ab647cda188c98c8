package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.Claim;
import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.Restoration;
import dev.cairn.checkpoint.Restoration.ClaimMode;
import dev.cairn.checkpoint.Restoration.Positions;
import dev.cairn.checkpoint.Restoration.Source;
import dev.cairn.command.Command;
import dev.cairn.command.Command.StartsAt;
import dev.cairn.command.Command.Target;
import dev.cairn.format.FormatException;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.state.Start;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.Optional;

/** Which checkpoint a command names, and what it says of how it is restored. */
final class RestoreTarget {
  private static final String METADATA = "_metadata";

  private final CoordinatorPorts ports;
  private final CoordinatorDecisions decisions;

  RestoreTarget(CoordinatorPorts ports, CoordinatorDecisions decisions) {
    this.ports = ports;
    this.decisions = decisions;
  }

  Restoration of(Job job, Command.Restore command) throws RefusedException {
    Command.Options options = command.options();
    Source source =
        switch (command.target()) {
          case Target.Id(CheckpointId id) -> new Source.Own(completed(job, id).id());
          case Target.Latest l -> new Source.Own(latest(job).id());
          case Target.Path(String path) -> metadata(job, path, options);
        };
    return new Restoration(source, options.claimMode(), positions(options), options.acceptsGap());
  }

  private static Positions positions(Command.Options options) {
    return options
        .startsAt()
        .map(
            at ->
                switch (at) {
                  case StartsAt.SameStream s -> Positions.SAME_STREAM;
                  case StartsAt.Horizon h -> new Positions.Anew(new Start.TrimHorizon());
                  case StartsAt.Timestamp(Instant time) ->
                      new Positions.Anew(new Start.AtTimestamp(time));
                })
        .orElse(Positions.SAME_STREAM);
  }

  /** The {@code _metadata} that a path names, itself or by the directory that holds it. */
  private Source metadata(Job job, String path, Command.Options options) throws RefusedException {
    FilePath file = fileAt(path);
    requireUnclaimed(job, file, options);
    byte[] bytes =
        ports
            .storage()
            .get(file)
            .orElseThrow(
                () ->
                    new RefusedException(
                        "there is no file "
                            + file
                            + ": give the directory of a savepoint, of a"
                            + " checkpoint or of a copy, or the path of its _metadata"));
    JobId owner;
    try {
      owner = CheckpointFormat.readMetadata(bytes, file).trigger().job();
    } catch (FormatException e) {
      throw new RefusedException(file + " is no _metadata that can be read: " + e.getMessage());
    }
    boolean isCheckpoint =
        file.parent().map(FilePath::fileName).filter(name -> name.startsWith("chk-")).isPresent();
    if (!owner.equals(job.id()) && isCheckpoint) {
      throw new RefusedException(
          file
              + " is a checkpoint of job "
              + owner
              + ", which deletes its files when it no longer needs them: take a savepoint of it, or"
              + " a copy with cairn export, and restore that; or begin another job from it, with cairn"
              + " fork --job "
              + owner);
    }
    if (!owner.equals(job.id()) && options.startsAt().isEmpty()) {
      throw new RefusedException(
          file
              + " is of job "
              + owner
              + ": its positions hold in the stream that it reads, and only there; if job "
              + job.id()
              + " reads the same stream, say so with --positions same; if it reads another, say from"
              + " where, with --positions horizon or a time");
    }
    return new Source.Metadata(new FileRef(file, bytes.length, Sha256.of(bytes)));
  }

  /** A directory that the job has claimed may be half gone at any time. */
  private void requireUnclaimed(Job job, FilePath file, Command.Options options)
      throws RefusedException {
    Optional<FilePath> directory = file.parent();
    if (directory.isEmpty() && options.claimMode() == ClaimMode.CLAIM) {
      throw new RefusedException(
          file
              + " lies in no directory of its own, and a claim is of a directory: restore it with"
              + " NO_CLAIM");
    }
    for (Claim claim : ports.checkpoints().claims(job.id())) {
      if (claim.isConfirmed() && directory.equals(Optional.of(claim.directory()))) {
        throw new RefusedException(
            claim.directory()
                + " was claimed by the restore that began epoch "
                + claim.epoch()
                + ": its files are the job's and go when it no longer needs them; restore one of the job's"
                + " checkpoints, or another savepoint");
      }
    }
  }

  private FilePath fileAt(String path) throws RefusedException {
    try {
      String plain = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
      FilePath named = ports.storage().normalize(new FilePath(plain));
      return named.fileName().equals(METADATA) ? named : Layout.metadataIn(named);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("\"" + path + "\" is no path that can be read: " + e.getMessage());
    }
  }

  private Checkpoint.Completed latest(Job job) throws RefusedException {
    return decisions.recoverable(job, ports.checkpoints().checkpoints(job.id())).stream()
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    "job "
                        + job.id()
                        + " has no completed checkpoint; take one with: cairn checkpoint"));
  }

  /** A checkpoint of the job's own that can be restored. */
  Checkpoint.Completed completed(Job job, CheckpointId id) throws RefusedException {
    Optional<Checkpoint> found = ports.checkpoints().checkpoint(job.id(), id);
    if (found.isEmpty()) {
      throw new RefusedException(
          "checkpoint "
              + id
              + " is unknown: job "
              + job.id()
              + " has "
              + job.latest()
                  .map(latest -> "completed checkpoints up to " + latest)
                  .orElse("completed none")
              + "; list them with: cairn checkpoints");
    }
    return switch (found.get()) {
      case Checkpoint.Completed completed -> completed;
      case Checkpoint.Pending p ->
          throw new RefusedException(
              "checkpoint " + id + " is PENDING: wait until it is COMPLETED");
      case Checkpoint.Aborted aborted ->
          throw new RefusedException(
              "checkpoint "
                  + id
                  + " is ABORTED ("
                  + aborted.failure()
                  + "): choose one that is COMPLETED");
      case Checkpoint.Subsumed subsumed when subsumed.isSavepoint() ->
          throw new RefusedException(
              "checkpoint "
                  + id
                  + " is SUBSUMED: the savepoint was disposed of, or a restore claimed it, and its files are"
                  + " the job's own; choose one that is COMPLETED");
      case Checkpoint.Subsumed s ->
          throw new RefusedException(
              "checkpoint "
                  + id
                  + " is SUBSUMED: later checkpoints replaced it; choose one that is COMPLETED, and"
                  + " raise execution.checkpointing.num-retained to keep more");
    };
  }
}
