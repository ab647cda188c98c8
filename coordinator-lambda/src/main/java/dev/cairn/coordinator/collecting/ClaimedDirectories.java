package dev.cairn.coordinator.collecting;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Claim;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.StorageException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The directories that a job has claimed by a restore. A claim is confirmed when the job has
 * completed a checkpoint since; the directory is emptied when nothing needs it, and then the claim
 * is removed.
 */
final class ClaimedDirectories {
  private static final Logger LOG = System.getLogger(ClaimedDirectories.class.getName());

  private final CheckpointStore store;
  private final FileStorage storage;

  ClaimedDirectories(CheckpointStore store, FileStorage storage) {
    this.store = store;
    this.storage = storage;
  }

  /** A confirmed claim and the remaining files of its directory. */
  record Claimed(Claim claim, List<Stored> files) {

    boolean holds(FilePath file) {
      return files.stream().anyMatch(one -> one.path().equals(file));
    }

    /**
     * Returns the files in the order of deletion, {@code _metadata} first: a directory without it
     * is not a savepoint.
     */
    List<FilePath> inOrder() {
      FilePath metadata = Layout.metadataIn(claim.directory());
      return files.stream()
          .map(Stored::path)
          .sorted(Comparator.comparing((FilePath file) -> !file.equals(metadata)))
          .toList();
    }
  }

  /** Confirms the claim that no other restore can take back any more. */
  void confirm(JobId job, List<Checkpoint> checkpoints) {
    for (Claim claim : store.claims(job)) {
      if (CollectionDecisions.isConfirmed(claim, checkpoints)) {
        var unused = store.confirm(claim, savepoint(claim));
      }
    }
  }

  /**
   * Returns the job's own savepoint if it is the claimed one: it must not be offered for a restore
   * any longer.
   */
  private Optional<CheckpointId> savepoint(Claim claim) {
    return store.checkpoints(claim.job()).stream()
        .filter(
            one ->
                one instanceof Checkpoint.Completed completed
                    && completed.metadata().equals(claim.metadata()))
        .map(Checkpoint::id)
        .findFirst();
  }

  /** Lists the claimed files. They are listed before the references to them are read. */
  List<Claimed> of(JobId job) {
    List<Claimed> claimed = new ArrayList<>();
    for (Claim claim : store.claims(job)) {
      if (claim.isConfirmed()) {
        list(claim).ifPresent(files -> claimed.add(new Claimed(claim, files)));
      }
    }
    return claimed;
  }

  private Optional<List<Stored>> list(Claim claim) {
    FilePath directory = claim.directory();
    try {
      return Optional.of(
          storage.list(directory).stream()
              .filter(file -> Layout.isInside(directory, file.path()))
              .toList());
    } catch (StorageException e) {
      LOG.log(Level.WARNING, "what is claimed in {0} is left: {1}", directory, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Deletes unreferenced files, and removes the claim with its last file. A file that cannot be
   * deleted, for example without permission, is retried by the next collection.
   */
  void delete(Claimed claimed, List<FilePath> garbage) {
    List<FilePath> gone = claimed.inOrder().stream().filter(garbage::contains).toList();
    try {
      gone.forEach(storage::delete);
    } catch (StorageException e) {
      LOG.log(
          Level.WARNING,
          "what is claimed in {0} could not be deleted: {1}",
          claimed.claim().directory(),
          e.getMessage());
      return;
    }
    if (gone.size() == claimed.files().size()) {
      store.forget(claimed.claim());
    }
  }
}
