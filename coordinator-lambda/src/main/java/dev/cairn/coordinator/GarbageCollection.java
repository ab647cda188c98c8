package dev.cairn.coordinator;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.Job;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.state.Manifest;
import dev.cairn.state.Payload;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.CheckpointStorage.Stored;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Deletes files that nothing refers to and nobody can refer to any more, and lets entries below a
 * journal's base expire.
 *
 * <p>The order of its reads is what makes it safe: files first, then every journal, then the
 * checkpoints, then the epoch again. What is referred to at any moment of that is kept.
 */
final class GarbageCollection {
  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final CoordinatorDecisions decisions;
  private final LiveCheckpoints checkpoints;
  private final JournalTails journals;

  // What a state file names never changes, so a warm coordinator reads each once; and a journal
  // that has it as its base tells as well.
  private final Map<FileRef, List<FilePath>> runsOf = new HashMap<>();

  GarbageCollection(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      CoordinatorDecisions decisions,
      LiveCheckpoints live,
      JournalTails tails) {
    this.checkpoints = live;
    this.journals = tails;
    this.ports = ports;
    this.settings = settings;
    this.decisions = decisions;
  }

  void collect(JobId id) {
    Optional<Job> before = ports.checkpoints().job(id);
    if (before.isEmpty() || !before.get().status().isRunning()) {
      return;
    }
    List<Stored> listed = ports.storage().list(Layout.job(id));
    Map<SubtaskId, JournalTail> tails = journals.of(id);
    List<Checkpoint> retained = checkpoints.of(id);
    Set<FilePath> live = new HashSet<>();
    tails.values().forEach(tail -> addTail(live, tail));
    for (Checkpoint checkpoint : retained) {
      if (!addCheckpoint(live, checkpoint)) {
        // Without knowing what a checkpoint refers to, nothing is certainly garbage.
        return;
      }
    }
    runsOf.keySet().removeIf(file -> !live.contains(file.path()));
    Optional<Job> after = ports.checkpoints().job(id);
    if (after.isEmpty() || !decisions.isSameEpoch(before.get(), after.get())) {
      return;
    }
    Instant now = ports.clock().instant();
    List<FilePath> garbage =
        listed.stream()
            .filter(file -> !live.contains(file.path()))
            .filter(file -> decisions.isOld(file, settings.longestInvocation(), now))
            .map(Stored::path)
            .filter(path -> isAbandoned(path, after.get(), tails, retained))
            .toList();
    ports.fanOut().forEach(garbage, ports.storage()::delete);
    Instant expiry = now.plus(settings.entryRetention());
    ports
        .fanOut()
        .forEach(
            tails.values(),
            tail -> {
              var unused =
                  ports.journal().expireBelow(tail.subtask(), tail.base().revision(), expiry);
            });
  }

  private boolean isAbandoned(
      FilePath path, Job job, Map<SubtaskId, JournalTail> tails, List<Checkpoint> checkpoints) {
    Optional<Layout.Owned> owned = Layout.parse(path);
    if (owned.isPresent()) {
      Optional<JournalTail> tail = Optional.ofNullable(tails.get(owned.get().subtask()));
      return tail.isPresent() && decisions.isAbandoned(owned.get(), tail.get());
    }
    return Layout.parseMetadata(path)
        .map(checkpoint -> decisions.isMetadataAbandoned(checkpoint, job, checkpoints))
        .orElse(false);
  }

  private void addTail(Set<FilePath> live, JournalTail tail) {
    addHandle(live, tail.base().handle());
    for (Entry entry : tail.sinceBase()) {
      if (entry instanceof Entry.Advanced advanced
          && advanced.delta() instanceof Payload.Stored stored) {
        live.add(stored.file().path());
      }
    }
  }

  private void addHandle(Set<FilePath> live, StateHandle handle) {
    List<FilePath> runs = runs(handle.manifest());
    live.addAll(runs);
    handle
        .stateFile()
        .ifPresent(
            file -> {
              live.add(file.path());
              runsOf.put(file, runs);
            });
  }

  private static List<FilePath> runs(Manifest manifest) {
    return manifest.runs().stream().map(run -> run.file().path()).toList();
  }

  /** False if the checkpoint's files cannot be read to the end. */
  private boolean addCheckpoint(Set<FilePath> live, Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Completed completed -> {
        live.add(completed.metadata().path());
        yield read(completed.metadata())
            .map(bytes -> addAll(live, CheckpointFormat.readMetadata(bytes).acknowledgements()))
            .orElse(false);
      }
      case Checkpoint.Pending pending -> {
        live.add(Layout.metadata(pending.job(), pending.id()));
        yield addAll(
            live,
            ports.checkpoints().acknowledgements(pending.job(), pending.id()).stream()
                .filter(Acknowledgement.Acknowledged.class::isInstance)
                .map(Acknowledgement.Acknowledged.class::cast)
                .toList());
      }
      case Checkpoint.Aborted a -> true;
      case Checkpoint.Subsumed s -> true;
    };
  }

  private boolean addAll(Set<FilePath> live, List<Acknowledgement.Acknowledged> acknowledgements) {
    List<FileRef> files =
        acknowledgements.stream()
            .map(Acknowledgement.Acknowledged::stateFile)
            .flatMap(Optional::stream)
            .toList();
    if (!readRuns(files.stream().filter(file -> !runsOf.containsKey(file)).toList())) {
      return false;
    }
    for (FileRef file : files) {
      live.add(file.path());
      live.addAll(runsOf.get(file));
    }
    return true;
  }

  private boolean readRuns(List<FileRef> unknown) {
    List<Optional<List<FilePath>>> read =
        ports
            .fanOut()
            .map(
                unknown,
                file ->
                    read(file)
                        .map(CheckpointFormat::readState)
                        .map(state -> runs(state.manifest())));
    for (int i = 0; i < unknown.size(); i++) {
      FileRef file = unknown.get(i);
      read.get(i).ifPresent(runs -> runsOf.put(file, runs));
    }
    return read.stream().allMatch(Optional::isPresent);
  }

  private Optional<byte[]> read(FileRef file) {
    return ports
        .storage()
        .get(file.path())
        .filter(
            bytes -> bytes.length == file.sizeBytes() && Sha256.of(bytes).equals(file.sha256()));
  }
}
