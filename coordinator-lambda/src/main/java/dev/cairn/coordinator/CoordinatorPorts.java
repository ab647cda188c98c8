package dev.cairn.coordinator;

import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.id.EntryId;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
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
    FanOut fanOut) {

  /** Of a coordinator that tells nobody what it does, and does one thing after the other. */
  public CoordinatorPorts(
      Journal journal,
      CheckpointStore checkpoints,
      CheckpointStorage storage,
      StreamReader stream,
      Waker waker,
      InstantSource clock,
      Supplier<EntryId> ids) {
    this(journal, checkpoints, storage, stream, waker, clock, ids, Announcer.SILENT, FanOut.ONE_BY_ONE);
  }
}
