package dev.cairn.cli.inspect;

import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.cli.inspect.VerifiedFileReader.FileGoneException;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.state.Change;
import dev.cairn.state.Deltas;
import dev.cairn.state.Manifest;
import dev.cairn.state.Payload;
import dev.cairn.state.RunReader;
import dev.cairn.state.StateKey;
import dev.cairn.state.StateSchema;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads state like a cold container: only from the journal and the files that it names. */
public final class StateReader {
  private final Journal journal;
  private final VerifiedFileReader files;

  public StateReader(Journal journal, FileStorage storage) {
    this.journal = journal;
    this.files = new VerifiedFileReader(storage);
  }

  /**
   * Reads a subtask's state at its journal's head; empty if it was never opened.
   *
   * @throws DamagedFileException if a file that the head needs is missing or altered
   */
  public Optional<StateView> head(SubtaskId subtask) {
    Optional<EntryId> missedAt = Optional.empty();
    while (true) {
      List<Entry> entries = journal.fromLastBase(subtask);
      if (entries.isEmpty()) {
        return Optional.empty();
      }
      EntryId head = entries.getLast().header().id();
      try {
        return Optional.of(head(subtask, entries));
      } catch (FileGoneException e) {
        // The file was collected since the query, unless the head is unchanged.
        if (missedAt.equals(Optional.of(head))) {
          throw new DamagedFileException(subtask + " cannot be read: " + e.getMessage(), e);
        }
        missedAt = Optional.of(head);
      }
    }
  }

  private StateView head(SubtaskId subtask, List<Entry> entries) {
    if (!(entries.getFirst() instanceof Entry.Base base)) {
      throw new IllegalStateException(subtask + " has a journal without a base");
    }
    Manifest manifest = base.handle().manifest();
    Map<String, StateSchema> schemas = byName(manifest);
    TreeMap<StateKey, Change> sinceRuns = new TreeMap<>();
    for (Entry entry : entries) {
      if (entry instanceof Entry.Advanced advanced) {
        advanced.states().forEach(schema -> schemas.put(schema.name(), schema));
        delta(subtask, advanced).forEach(change -> sinceRuns.put(change.key(), change));
      }
    }
    Entry.Header head = entries.getLast().header();
    return new StateView(
        subtask,
        "revision " + head.revision(),
        head.position(),
        head.counts(),
        base.origin().range(),
        schemas,
        open(manifest),
        base instanceof Entry.Restored restored ? restored.dropped() : List.of(),
        sinceRuns);
  }

  private List<Change> delta(SubtaskId subtask, Entry.Advanced advanced) {
    return switch (advanced.delta()) {
      case Payload.Inline inline ->
          inline.bytes().length == 0
              ? List.of()
              : Deltas.decode(
                  inline.bytes(),
                  subtask + " revision " + advanced.revision(),
                  VerifiedFileReader.checksum());
      case Payload.Stored stored ->
          Deltas.decode(
              files.read(stored.file()),
              stored.file().path().value(),
              VerifiedFileReader.checksum());
    };
  }

  /**
   * Reads a subtask's state in a checkpoint, from its state file.
   *
   * @throws DamagedFileException if a file of it is missing or altered
   */
  public StateView checkpoint(CheckpointId checkpoint, FileRef stateFile) {
    try {
      SubtaskState state = CheckpointFormat.readState(files.read(stateFile), stateFile.path());
      return new StateView(
          state.subtask(),
          "checkpoint " + checkpoint,
          state.position(),
          state.counts(),
          state.origin().range(),
          byName(state.manifest()),
          open(state.manifest()),
          List.of(),
          new TreeMap<>());
    } catch (FileGoneException e) {
      throw new DamagedFileException(
          "checkpoint " + checkpoint + " cannot be read: " + e.getMessage(), e);
    }
  }

  private List<RunReader> open(Manifest manifest) {
    return manifest.runs().stream().map(files::open).toList();
  }

  private static Map<String, StateSchema> byName(Manifest manifest) {
    Map<String, StateSchema> schemas = new TreeMap<>();
    manifest.schemas().forEach(schema -> schemas.put(schema.name(), schema));
    return schemas;
  }
}
