package dev.cairn.coordinator.commanding;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.collecting.CollectionGuards;
import dev.cairn.coordinator.collecting.Reference;
import dev.cairn.coordinator.collecting.ReferenceReader;
import dev.cairn.coordinator.collecting.References;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.journals.LiveCheckpoints;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Job;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Lets a checkpoint go because its owner says so. Of the job's own, the files go with the next
 * collection, as far as nothing else needs them. A savepoint lies where nothing is ever collected:
 * its directory is emptied here. Whoever finds it half done does all of it again.
 */
public final class DisposeCommand {
  private final CoordinatorPorts ports;
  private final JournalTails tails;
  private final ReferenceReader references;

  public DisposeCommand(CoordinatorPorts ports, JournalTails tails, LiveCheckpoints live) {
    this.ports = ports;
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

  /** What became of it. */
  sealed interface Outcome {
    record Done() implements Outcome {}

    record Refused(String reason) implements Outcome {}

    /** The job or the checkpoint is no longer what was seen: it is decided anew. */
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
      // Nobody can restore it from here on, so nobody misses its files.
      if (checkpoint instanceof Checkpoint.Completed completed
          && !ports.checkpoints().end(completed, job.epoch(), Checkpoint.Subsumed.End.DISPOSED)) {
        return new Outcome.Changed();
      }
      files.forEach(ports.storage()::delete);
      return new Outcome.Done();
    } catch (StorageException e) {
      // It may be a matter of permissions, which the next tick does not change: the user is told.
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

  /** First what names the rest: a directory without it is no savepoint. */
  private List<FilePath> inside(FilePath directory) {
    FilePath metadata = Layout.metadataIn(directory);
    return ports.storage().list(directory).stream()
        .map(Stored::path)
        .sorted(Comparator.comparing((FilePath file) -> !file.equals(metadata)))
        .toList();
  }

  /**
   * Why it would not stay empty: a shard that was asked for an aborted savepoint, and sleeps,
   * writes its part when it is invoked, unless it is asked for something else first.
   */
  private Optional<String> awaited(Job job, Checkpoint checkpoint) {
    if (!(checkpoint instanceof Checkpoint.Aborted)) {
      return Optional.empty();
    }
    return tails.of(job.id()).values().stream()
        .filter(tail -> tail.unanswered().equals(Optional.of(checkpoint.id())))
        .findFirst()
        .map(
            tail ->
                "savepoint "
                    + checkpoint.id()
                    + " cannot go yet: "
                    + tail.subtask().name()
                    + " was asked for it and has not answered, so it may still write its files; take"
                    + " a checkpoint first, which it answers instead");
  }

  /**
   * Why it has to stay: a restore puts journals on its files, until they have files of their own.
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
                  + " cannot go yet: "
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
