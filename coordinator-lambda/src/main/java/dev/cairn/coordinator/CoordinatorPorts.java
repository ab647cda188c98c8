package dev.cairn.coordinator;

import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.checkpoint.DamageMarks;
import dev.cairn.history.History;
import dev.cairn.history.Versions;
import dev.cairn.id.EntryId;
import dev.cairn.journal.Journal;
import dev.cairn.storage.CheckpointStorage;
import dev.cairn.stream.StreamReader;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Everything outside the coordinator that it touches.
 *
 * @param history where it records what happened; empty where nobody asks for that
 */
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
    DamageMarks damages,
    Optional<History> history,
    Versions versions) {

  /** Of a coordinator that keeps no history. */
  public CoordinatorPorts(
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
    this(
        journal,
        checkpoints,
        storage,
        stream,
        waker,
        clock,
        ids,
        announcer,
        mapping,
        damages,
        Optional.empty(),
        Versions.UNKNOWN);
  }

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

  /** The same, of a coordinator that keeps a history. */
  public CoordinatorPorts with(History kept, Versions known) {
    return new CoordinatorPorts(
        journal,
        checkpoints,
        storage,
        stream,
        waker,
        clock,
        ids,
        announcer,
        mapping,
        damages,
        Optional.of(kept),
        known);
  }

  /** The same, told to another one too. */
  CoordinatorPorts announcingFirst(Announcer also) {
    return new CoordinatorPorts(
        journal,
        checkpoints,
        storage,
        stream,
        waker,
        clock,
        ids,
        announcement -> {
          also.announce(announcement);
          announcer.announce(announcement);
        },
        mapping,
        damages,
        history,
        versions);
  }
}
