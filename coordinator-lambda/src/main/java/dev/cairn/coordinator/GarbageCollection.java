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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Deletes files that nothing refers to and nobody can refer to any more, and lets entries below a journal's base expire.
 *
 * <p>The order of its reads is what makes it safe: files first, then every journal, then the checkpoints, then the epoch again. What is
 * referred to at any moment of that is kept.
 */
final class GarbageCollection {
  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final CoordinatorDecisions decisions;

  GarbageCollection(CoordinatorPorts ports, CoordinatorSettings settings, CoordinatorDecisions decisions) {
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
    Map<SubtaskId, JournalTail> tails = new TreeMap<>();
    for (SubtaskId subtask : ports.checkpoints().subtasks(id)) {
      JournalTail.of(subtask, ports.journal().fromLastBase(subtask)).ifPresent(tail -> tails.put(subtask, tail));
    }
    List<Checkpoint> checkpoints = ports.checkpoints().checkpoints(id);
    Set<FilePath> live = new HashSet<>();
    tails.values().forEach(tail -> addTail(live, tail));
    for (Checkpoint checkpoint : checkpoints) {
      if (!addCheckpoint(live, checkpoint)) {
        // Without knowing what a checkpoint refers to, nothing is certainly garbage.
        return;
      }
    }
    Optional<Job> after = ports.checkpoints().job(id);
    if (after.isEmpty() || !decisions.isSameEpoch(before.get(), after.get())) {
      return;
    }
    Instant now = ports.clock().instant();
    for (Stored file : listed) {
      if (!live.contains(file.path())
          && decisions.isOld(file, settings.longestInvocation(), now)
          && isAbandoned(file.path(), after.get(), tails, checkpoints)) {
        ports.storage().delete(file.path());
      }
    }
    for (JournalTail tail : tails.values()) {
      ports.journal().expireBelow(tail.subtask(), tail.base().revision(), now.plus(settings.entryRetention()));
    }
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

  private static void addTail(Set<FilePath> live, JournalTail tail) {
    addHandle(live, tail.base().handle());
    for (Entry entry : tail.sinceBase()) {
      if (entry instanceof Entry.Advanced advanced && advanced.delta() instanceof Payload.Stored stored) {
        live.add(stored.file().path());
      }
    }
  }

  private static void addHandle(Set<FilePath> live, StateHandle handle) {
    handle.stateFile().ifPresent(file -> live.add(file.path()));
    addManifest(live, handle.manifest());
  }

  private static void addManifest(Set<FilePath> live, Manifest manifest) {
    manifest.runs().forEach(run -> live.add(run.file().path()));
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
    for (Acknowledgement.Acknowledged acknowledged : acknowledgements) {
      if (acknowledged.stateFile().isPresent()) {
        FileRef file = acknowledged.stateFile().get();
        live.add(file.path());
        Optional<byte[]> state = read(file);
        if (state.isEmpty()) {
          return false;
        }
        addManifest(live, CheckpointFormat.readState(state.get()).manifest());
      }
    }
    return true;
  }

  private Optional<byte[]> read(FileRef file) {
    return ports.storage().get(file.path())
        .filter(bytes -> bytes.length == file.sizeBytes() && Sha256.of(bytes).equals(file.sha256()));
  }
}
