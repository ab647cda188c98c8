package dev.cairn.coordinator;

import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.checkpoint.DamageMarks;
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
    SourceMapping mapping,
    DamageMarks damages,
    FanOut fanOut) {

  /** How many calls a deployed coordinator makes at once. */
  public static final int AT_ONCE = 64;

  /**
   * How many subtasks it asks or reads in a second. Each that is asked writes two files, and S3
   * takes 3,500 a second below a prefix that is new.
   */
  public static final int BEGUN_A_SECOND = 1_500;

  /**
   * Of a coordinator that tells nobody what it does, cannot switch the mapping, and does one thing
   * after the other.
   */
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
        DamageMarks.NONE,
        FanOut.ONE_BY_ONE);
  }
}
