package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.journal.Entry;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.Change;
import dev.cairn.state.Deltas;
import dev.cairn.state.Manifest;
import dev.cairn.state.Payload;
import dev.cairn.state.RunReader;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateHandle;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the files that journals and checkpoints refer to, and requires that they are there. */
final class AuditedFiles {
  private final InMemoryStorage storage;
  // The contents of files by hash. Each is read once, because all of them are needed after each
  // deletion.
  private final Map<FileRef, CheckpointMetadata> metadataFiles = new HashMap<>();
  private final Map<FileRef, SubtaskState> stateFiles = new HashMap<>();

  AuditedFiles(InMemoryStorage storage) {
    this.storage = storage;
  }

  /** The changes of an entry. */
  List<Change> delta(Entry.Advanced advanced) {
    return switch (advanced.delta()) {
      case Payload.Inline inline ->
          inline.bytes().length == 0
              ? List.of()
              : Deltas.decode(inline.bytes(), "delta", new BlockChecksum());
      case Payload.Stored stored ->
          Deltas.decode(bytes(stored.file()), "delta", new BlockChecksum());
    };
  }

  /** The state of a base, whose state file must be there. */
  SortedMap<StateKey, byte[]> read(StateHandle handle) {
    handle.stateFile().ifPresent(this::bytes);
    return read(handle.manifest());
  }

  /** Reads the state that runs contain. */
  SortedMap<StateKey, byte[]> read(Manifest manifest) {
    TreeMap<StateKey, byte[]> cells = new TreeMap<>();
    for (RunRef run : manifest.runs().reversed()) {
      RunReader.open(bytes(run.file()), run.file().path().value(), new BlockChecksum())
          .within(run.range())
          .forEach(change -> CellComparison.apply(cells, change));
    }
    return cells;
  }

  CheckpointMetadata metadata(Checkpoint.Completed checkpoint) {
    FileRef file = checkpoint.metadata();
    requireStored(file);
    return metadataFiles.computeIfAbsent(
        file, read -> CheckpointFormat.readMetadata(bytes(read), read.path()));
  }

  SubtaskState state(FileRef file) {
    requireStored(file);
    return stateFiles.computeIfAbsent(
        file, read -> CheckpointFormat.readState(bytes(read), read.path()));
  }

  private byte[] bytes(FileRef file) {
    requireStored(file);
    return storage.get(file.path()).orElseThrow();
  }

  /** The file exists with its hash, which the storage computed when the file was put. */
  private void requireStored(FileRef file) {
    FileStorage.Stored stored =
        storage
            .head(file.path())
            .orElseThrow(() -> new Violation(Invariants.FILES, file.path() + " does not exist"));
    if (!stored.sha256().equals(Optional.of(file.sha256()))) {
      throw new Violation(Invariants.FILES, file.path() + " has other content");
    }
  }
}
