package dev.cairn.coordinator.collecting;

import dev.cairn.checkpoint.Acknowledgement.Acknowledged;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.coordinator.collecting.References.Held;
import dev.cairn.coordinator.collecting.References.Shared;
import dev.cairn.coordinator.collecting.References.Snapshot;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.journals.LiveCheckpoints;
import dev.cairn.format.FormatException;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
import dev.cairn.state.RunRef;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiFunction;

/**
 * Reads what refers to a job's files: every journal first, then the checkpoints, then the forks.
 * Within one epoch, a reference moves only in this order: a snapshot is acknowledged after its
 * journal has it, and a fork begins from a checkpoint. No reference is therefore missed between two
 * reads. A restore moves a reference back to a journal, so a caller that concludes from a missing
 * reference must read the epoch again afterwards.
 */
public final class ReferenceReader {
  private final JournalTails journals;
  private final CheckpointStore store;
  private final FileStorage storage;
  private final CollectionGuards guards;
  private final LiveCheckpoints live;
  private final FanOut fanOut;

  // The content of a state file never changes, so a warm coordinator reads each file once. A
  // journal whose base has the same handle also names the runs.
  private final Map<FileRef, List<FileRef>> runsOf = new HashMap<>();

  public ReferenceReader(
      JournalTails journals,
      CheckpointStore store,
      FileStorage storage,
      CollectionGuards guards,
      LiveCheckpoints live,
      FanOut fanOut) {
    this.journals = journals;
    this.store = store;
    this.storage = storage;
    this.guards = guards;
    this.live = live;
    this.fanOut = fanOut;
  }

  public ReferenceReader(Journal journal, CheckpointStore store, FileStorage storage) {
    this(
        new JournalTails(journal, store, FanOut.ONE_BY_ONE),
        store,
        storage,
        CollectionGuards.ALL,
        new LiveCheckpoints(store),
        FanOut.ONE_BY_ONE);
  }

  public References read(Job job) {
    SortedMap<SubtaskId, JournalTail> tails = journals.of(job.id());
    Set<FileRef> stateFiles = new HashSet<>();
    for (JournalTail tail : tails.values()) {
      tail.base()
          .handle()
          .stateFile()
          .ifPresent(
              file -> {
                runsOf.put(file, References.runs(tail.base().handle()));
                stateFiles.add(file);
              });
    }
    List<Checkpoint> checkpoints = live.of(job.id());
    List<Held> held = new ArrayList<>();
    for (Checkpoint checkpoint : checkpoints) {
      hold(checkpoint).ifPresent(held::add);
    }
    // A fork begins from a completed checkpoint. If that checkpoint was not among those read, it is
    // read here.
    List<Shared> shared = store.forks(job.id()).stream().map(this::share).toList();
    shared.forEach(
        one -> one.snapshots().forEach(snapshot -> stateFiles.add(snapshot.stateFile())));
    held.forEach(one -> one.snapshots().forEach(snapshot -> stateFiles.add(snapshot.stateFile())));
    runsOf.keySet().retainAll(stateFiles);
    return new References(job, tails, checkpoints, held, shared);
  }

  /** Returns the files that a checkpoint names; empty for a checkpoint that no longer names any. */
  private Optional<Held> hold(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Completed completed -> Optional.of(ofCompleted(completed));
      case Checkpoint.Pending pending ->
          Optional.of(
              held(
                  pending,
                  Optional.empty(),
                  store.acknowledgements(pending.job(), pending.id()).stream()
                      .filter(Acknowledged.class::isInstance)
                      .map(Acknowledged.class::cast)
                      .toList()));
      case Checkpoint.Aborted a -> Optional.empty();
      case Checkpoint.Subsumed s -> Optional.empty();
    };
  }

  /**
   * Returns the files that a fork needs: all that its checkpoint names, until the fork is released.
   */
  private Shared share(Fork fork) {
    if (!guards.isNeededByFork().test(fork)) {
      return new Shared(fork, Optional.empty(), List.of(), List.of());
    }
    return read(fork.metadata(), CheckpointFormat::readMetadata)
        .map(
            names -> {
              List<FileRef> unreadable = new ArrayList<>();
              List<Snapshot> snapshots = snapshots(names.acknowledgements(), unreadable);
              return new Shared(fork, Optional.of(fork.metadata()), snapshots, unreadable);
            })
        .orElseGet(
            () ->
                new Shared(
                    fork, Optional.of(fork.metadata()), List.of(), List.of(fork.metadata())));
  }

  private Held ofCompleted(Checkpoint.Completed completed) {
    FileRef metadata = completed.metadata();
    return read(metadata, CheckpointFormat::readMetadata)
        .map(names -> held(completed, Optional.of(metadata), names.acknowledgements()))
        .orElseGet(
            () ->
                new Held(
                    completed,
                    metadata.path(),
                    Optional.of(metadata),
                    List.of(),
                    List.of(metadata)));
  }

  private Held held(
      Checkpoint checkpoint, Optional<FileRef> metadata, List<Acknowledged> acknowledgements) {
    List<FileRef> unreadable = new ArrayList<>();
    List<Snapshot> snapshots = snapshots(acknowledgements, unreadable);
    return new Held(
        checkpoint,
        metadata.map(FileRef::path).orElse(Layout.metadata(checkpoint.job(), checkpoint.id())),
        metadata,
        snapshots,
        unreadable);
  }

  private List<Snapshot> snapshots(List<Acknowledged> acknowledgements, List<FileRef> unreadable) {
    readRuns(acknowledgements);
    List<Snapshot> snapshots = new ArrayList<>();
    for (Acknowledged acknowledged : acknowledgements) {
      if (acknowledged.stateFile().isPresent()) {
        FileRef file = acknowledged.stateFile().get();
        Optional<List<FileRef>> runs = Optional.ofNullable(runsOf.get(file));
        if (runs.isEmpty()) {
          unreadable.add(file);
        }
        snapshots.add(new Snapshot(acknowledged.subtask(), file, runs.orElse(List.of())));
      }
    }
    return snapshots;
  }

  /**
   * Reads the runs of the state files that are not known yet. A file that is missing or altered
   * stays unknown.
   */
  private void readRuns(List<Acknowledged> acknowledgements) {
    List<FileRef> unknown =
        acknowledgements.stream()
            .flatMap(acknowledged -> acknowledged.stateFile().stream())
            .filter(file -> !runsOf.containsKey(file))
            .distinct()
            .toList();
    List<Optional<List<FileRef>>> read = fanOut.map(unknown, this::runs);
    for (int i = 0; i < unknown.size(); i++) {
      FileRef file = unknown.get(i);
      read.get(i).ifPresent(runs -> runsOf.put(file, runs));
    }
  }

  private Optional<List<FileRef>> runs(FileRef stateFile) {
    return read(stateFile, CheckpointFormat::readState)
        .map(state -> state.manifest().runs().stream().map(RunRef::file).toList());
  }

  /**
   * Returns the content; empty if the file is missing or altered.
   *
   * @throws FormatException if the file is intact but in a form that this version cannot read
   */
  private <T> Optional<T> read(FileRef file, BiFunction<byte[], FilePath, T> form) {
    return storage
        .get(file.path())
        .filter(bytes -> bytes.length == file.sizeBytes() && Sha256.of(bytes).equals(file.sha256()))
        .map(bytes -> form.apply(bytes, file.path()));
  }
}
