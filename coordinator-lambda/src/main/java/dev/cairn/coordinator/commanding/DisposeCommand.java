package dev.cairn.coordinator.commanding;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.collecting.CollectionGuards;
import dev.cairn.coordinator.collecting.Reference;
import dev.cairn.coordinator.collecting.ReferenceReader;
import dev.cairn.coordinator.collecting.References;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.journals.LiveCheckpoints;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Job;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Discards a checkpoint on its owner's command. The next collection deletes the files of a
 * checkpoint unless something else needs them. Savepoint directories are never collected, so a
 * savepoint's directory is emptied here. A disposal that was interrupted is repeated as a whole.
 */
public final class DisposeCommand {
  private final CoordinatorPorts ports;
  private final Duration longestInvocation;
  private final JournalTails tails;
  private final ReferenceReader references;

  public DisposeCommand(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      JournalTails tails,
      LiveCheckpoints live) {
    this.ports = ports;
    this.longestInvocation = settings.longestInvocation();
    this.tails = tails;
    this.references =
        new ReferenceReader(
            tails,
            ports.checkpoints(),
            ports.storage(),
            CollectionGuards.ALL,
            live,
            ports.fanOut());
  }

  /** The outcome of a disposal. */
  sealed interface Outcome {
    record Done() implements Outcome {}

    record Refused(String reason) implements Outcome {}

    /** The job or the checkpoint has changed since it was read: the command is decided again. */
    record Changed() implements Outcome {}
  }

  Outcome dispose(Job job, Checkpoint checkpoint) {
    Optional<Checkpoint.Savepoint> savepoint = checkpoint.trigger().savepoint();
    try {
      List<FilePath> files =
          savepoint.map(Checkpoint.Savepoint::directory).map(this::inside).orElse(List.of());
      Optional<String> needed = awaited(job, checkpoint).or(() -> needed(job, checkpoint, files));
      if (needed.isPresent()) {
        return new Outcome.Refused(needed.get());
      }
      // From here on the savepoint cannot be restored, so its files can be deleted.
      if (checkpoint instanceof Checkpoint.Completed completed
          && !ports.checkpoints().end(completed, job.epoch(), Checkpoint.Subsumed.End.DISPOSED)) {
        return new Outcome.Changed();
      }
      files.forEach(ports.storage()::delete);
      return new Outcome.Done();
    } catch (StorageException e) {
      // The cause may be missing permissions, which the next tick does not change, so the request
      // is refused.
      return new Outcome.Refused(
          "savepoint "
              + checkpoint.id()
              + " has files that could not be deleted: "
              + e.getMessage()
              + "; dispose of it again, or delete "
              + savepoint.map(one -> one.directory().value()).orElse("them")
              + " yourself");
    }
  }

  /**
   * Returns the files in the order of deletion, {@code _metadata} first: a directory without it is
   * not a savepoint.
   */
  private List<FilePath> inside(FilePath directory) {
    FilePath metadata = Layout.metadataIn(directory);
    return ports.storage().list(directory).stream()
        .map(Stored::path)
        .sorted(Comparator.comparing((FilePath file) -> !file.equals(metadata)))
        .toList();
  }

  /**
   * Returns why the directory would not stay empty: an idle shard that was triggered for an aborted
   * savepoint writes its part when it is next invoked, unless a later trigger comes first. A closed
   * shard gets no later trigger, but its task asks first whether the savepoint has ended.
   */
  private Optional<String> awaited(Job job, Checkpoint checkpoint) {
    if (!(checkpoint instanceof Checkpoint.Aborted aborted)) {
      return Optional.empty();
    }
    Instant written = aborted.abortedAt().plus(longestInvocation);
    boolean mayBeBeingWritten = ports.clock().instant().isBefore(written);
    return tails.of(job.id()).values().stream()
        .filter(tail -> tail.unacknowledged().equals(Optional.of(checkpoint.id())))
        .filter(tail -> !tail.isClosed() || mayBeBeingWritten)
        .findFirst()
        .map(
            tail ->
                "savepoint "
                    + checkpoint.id()
                    + " cannot be deleted yet: "
                    + tail.subtask().name()
                    + " was triggered for it and has not acknowledged, so "
                    + (tail.isClosed()
                        ? "an invocation that began before it failed may still write its files;"
                            + " dispose of it again after "
                            + written
                        : "it may still write its files; take a checkpoint first, which it"
                            + " acknowledges instead"));
  }

  /**
   * Returns why the checkpoint must be kept: after a restore, journals refer to its files until
   * they have files of their own.
   */
  private Optional<String> needed(Job job, Checkpoint checkpoint, List<FilePath> files) {
    if (files.isEmpty()) {
      return Optional.empty();
    }
    References found = references.read(job);
    for (FilePath file : files) {
      for (Reference reference : found.to(file)) {
        if (!isOwnReference(reference, checkpoint.id())) {
          return Optional.of(
              "savepoint "
                  + checkpoint.id()
                  + " cannot be deleted yet: "
                  + file
                  + " is in use, as "
                  + reference
                  + "; take a checkpoint first, with which the job gets files of its own");
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isOwnReference(Reference reference, CheckpointId savepoint) {
    return switch (reference) {
      case Reference.OfMetadata metadata -> metadata.checkpoint().equals(savepoint);
      case Reference.OfSnapshot snapshot -> snapshot.checkpoint().equals(savepoint);
      case Reference.OfBase b -> false;
      case Reference.OfDelta d -> false;
      case Reference.Elsewhere e -> false;
    };
  }
}
