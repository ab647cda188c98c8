package dev.cairn.coordinator;

import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.checkpoint.DamageMarks;
import dev.cairn.id.EntryId;
import dev.cairn.journal.Journal;
import dev.cairn.storage.CheckpointStorage;
import dev.cairn.stream.StreamReader;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Everything outside the coordinator that it touches. */
public record CoordinatorPorts(
    Journal journal,
    CheckpointStore checkpoints,
    CheckpointStorage storage,
    StreamReader stream,
    Waker waker,
    InstantSource clock,
    Supplier<EntryId> ids,
    Announcer announcer,
    SourceMapping mapping,
    DamageMarks damages) {

  /** Of a coordinator that tells nobody what it does, and cannot switch the mapping. */
  public CoordinatorPorts(
      Journal journal,
      CheckpointStore checkpoints,
      CheckpointStorage storage,
      StreamReader stream,
      Waker waker,
      InstantSource clock,
      Supplier<EntryId> ids) {
    this(
        journal,
        checkpoints,
        storage,
        stream,
        waker,
        clock,
        ids,
        Announcer.SILENT,
        SourceMapping.ALWAYS_ON,
        DamageMarks.NONE);
  }
}
