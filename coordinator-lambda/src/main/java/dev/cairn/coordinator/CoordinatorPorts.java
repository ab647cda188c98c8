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
    DamageMarks damages) {

  /** Of a coordinator whose files nobody scrubs. */
  public CoordinatorPorts(
      Journal journal,
      CheckpointStore checkpoints,
      CheckpointStorage storage,
      StreamReader stream,
      Waker waker,
      InstantSource clock,
      Supplier<EntryId> ids,
      Announcer announcer) {
    this(journal, checkpoints, storage, stream, waker, clock, ids, announcer, DamageMarks.NONE);
  }

  /** Of a coordinator that tells nobody what it does. */
  public CoordinatorPorts(
      Journal journal,
      CheckpointStore checkpoints,
      CheckpointStorage storage,
      StreamReader stream,
      Waker waker,
      InstantSource clock,
      Supplier<EntryId> ids) {
    this(journal, checkpoints, storage, stream, waker, clock, ids, Announcer.SILENT);
  }
}
