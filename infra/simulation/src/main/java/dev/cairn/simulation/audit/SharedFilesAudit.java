package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.id.JobId;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.job.Claim;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks that files shared with forks are kept, and that no other owner's savepoint is deleted. */
final class SharedFilesAudit {
  private final StoredTable table;
  private final InMemoryStorage storage;
  private final JobId job;
  private final FaultTally tally;
  private final Map<JobId, Set<FilePath>> files = new HashMap<>();
  private final Set<Claim> claims = new HashSet<>();
  private final ForksAudit children;

  SharedFilesAudit(StoredTable table, InMemoryStorage storage, JobId job, FaultTally tally) {
    this.table = table;
    this.storage = storage;
    this.job = job;
    this.tally = tally;
    this.children = new ForksAudit(table, storage, job);
  }

  void check() {
    for (Fork fork : table.forks(job)) {
      if (!files.containsKey(fork.child())) {
        tally.count("fork: begun");
        requireCompleted(fork);
        files.put(fork.child(), filesOf(fork));
      }
    }
    files.keySet().forEach(children::check);
    for (Claim claim : table.claims(job)) {
      if (claims.add(claim) && !claim.isConfirmed()) {
        tally.count("claim: begun");
        requireClaiming(claim);
      } else if (claim.isConfirmed() && claims.add(claim)) {
        tally.count("claim: confirmed");
      }
    }
  }

  /** Requires that the checkpoint of a fork that has just begun is still completed. */
  private void requireCompleted(Fork fork) {
    Optional<Checkpoint> checkpoint = table.checkpoint(job, fork.checkpoint());
    if (checkpoint.filter(Checkpoint.Completed.class::isInstance).isEmpty()) {
      throw new Violation(Invariants.FORKED, "job " + fork.child() + " begins from " + checkpoint);
    }
  }

  /** Lists the files of a fork, and requires that it can be read to its last run. */
  private Set<FilePath> filesOf(Fork fork) {
    Set<FilePath> all = new HashSet<>(Set.of(fork.metadata().path()));
    byte[] metadata = bytes(fork, fork.metadata().path());
    for (Acknowledgement.Acknowledged acknowledged :
        CheckpointFormat.readMetadata(metadata, fork.metadata().path()).acknowledgements()) {
      if (acknowledged.stateFile().isPresent()) {
        FilePath state = acknowledged.stateFile().get().path();
        all.add(state);
        CheckpointFormat.readState(bytes(fork, state), state).manifest().runs().stream()
            .map(run -> run.file())
            .map(FileRef::path)
            .forEach(
                run -> {
                  bytes(fork, run);
                  all.add(run);
                });
      }
    }
    return all;
  }

  private byte[] bytes(Fork fork, FilePath path) {
    return storage
        .get(path)
        .orElseThrow(
            () ->
                new Violation(
                    Invariants.FORKED,
                    "job "
                        + fork.child()
                        + " begins from checkpoint "
                        + fork.checkpoint()
                        + ", and "
                        + path
                        + " does not exist"));
  }

  private void requireClaiming(Claim claim) {
    Job item = table.job(job).orElseThrow();
    boolean isClaiming =
        item.epoch().equals(claim.epoch())
            && item.status() instanceof JobStatus.Restoring(Restoration from)
            && from.claimMode() == ClaimMode.CLAIM;
    if (!isClaiming) {
      throw new Violation(
          Invariants.CLAIMED,
          claim.directory()
              + " is claimed by epoch "
              + claim.epoch()
              + ", and the job is "
              + item.status().label()
              + " in epoch "
              + item.epoch());
    }
  }

  /**
   * Files of another owner are copied with the first snapshot after a restore, because the owner
   * may delete them. Of an earlier epoch nobody knows any more what was claimed then.
   */
  void requireOwned(String where, Entry.Base base) {
    if (!table.job(job).orElseThrow().epoch().equals(base.header().epoch())) {
      return;
    }
    List<FileRef> files = new ArrayList<>(base.handle().stateFile().stream().toList());
    base.handle().manifest().runs().forEach(run -> files.add(run.file()));
    for (FileRef file : files) {
      boolean isOwned =
          Layout.isOwn(job, file.path())
              || table.claims(job).stream()
                  .anyMatch(claim -> Layout.isInside(claim.directory(), file.path()));
      if (!isOwned) {
        throw new Violation(Invariants.OWNED, where + " refers to " + file.path());
      }
    }
  }

  /** Returns the files that unreleased forks need. */
  Set<FilePath> needed() {
    Set<FilePath> needed = new HashSet<>();
    for (Fork fork : table.forks(job)) {
      if (!fork.isReleased()) {
        needed.addAll(files.getOrDefault(fork.child(), Set.of()));
      }
    }
    for (JobId child : files.keySet()) {
      needed.addAll(children.needed(child));
    }
    return needed;
  }

  /** The forks that need a file, for people. */
  String holders(FilePath path) {
    StringBuilder holders = new StringBuilder();
    for (JobId child : files.keySet()) {
      if (children.needed(child).contains(path)) {
        Job fork = table.job(child).orElseThrow();
        holders.append("; by fork ").append(child).append(", which is ");
        holders.append(fork.status().label()).append(" in epoch ").append(fork.epoch());
      }
    }
    return holders.toString();
  }

  /** How many checkpoints they may keep. */
  int forks() {
    return Math.toIntExact(table.forks(job).stream().filter(fork -> !fork.isReleased()).count());
  }

  /** The items that there may be: of each fork a job, a reference and its own; and the claims. */
  int items() {
    return 2 * files.size()
        + files.keySet().stream().mapToInt(children::items).sum()
        + table.claims(job).size();
  }

  /** Files of confirmed claims that are no longer needed have been deleted. */
  void checkNothingLeaks(Set<FilePath> needed) {
    for (Claim claim : table.claims(job)) {
      List<FilePath> left =
          storage.list(claim.directory()).stream()
              .map(FileStorage.Stored::path)
              .filter(file -> Layout.isInside(claim.directory(), file))
              .filter(file -> !needed.contains(file))
              .toList();
      if (claim.isConfirmed() && !left.isEmpty()) {
        throw new Violation(
            Invariants.BOUNDED, left + " were claimed and are left, and nobody needs them");
      }
    }
  }
}
